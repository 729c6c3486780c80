import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../docs', import.meta.url));

/** A block of code on a page. */
export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
  /** Why it cannot be run on a plain machine: the comment `<!-- not run: … -->` above it. */
  readonly notRun: string | undefined;
}

/** A command line of ours that a page shows, with the lines that it says are printed. */
export interface Example {
  readonly page: string;
  /** As the page has it. */
  readonly command: string;
  /** What follows `heapboard`; several where they are joined by `&&`. */
  readonly calls: readonly Call[];
  /** `…` stands for any lines, and inside a line for any text; empty where the page shows no output. */
  readonly shown: readonly string[];
  readonly notRun: string | undefined;
}

export interface Call {
  readonly words: readonly string[];
  /** The file into which the shell puts what it prints. */
  readonly into: string | undefined;
}

/** The names of the pages. */
export function pages(): readonly string[] {
  return readdirSync(folder).filter((page) => page.endsWith('.md'));
}

/** The text of a page. */
export function pageText(page: string): string {
  return readFileSync(join(folder, page), 'utf8');
}

/** All blocks of code with a language, and commands that stand indented. */
export function blocks(): readonly Block[] {
  return pages().flatMap((page) => {
    const text = pageText(page);
    const fenced = [...text.matchAll(/(?:^<!-- not run: (.*) -->\n+)?^```(\w+)\n([\s\S]*?)^```/gm)].map(
      ([, notRun, language = '', content = '']): Block => ({ page, language, text: content, notRun }),
    );
    const indented = [...text.matchAll(/^ {4}(heapboard .*\n)/gm)].map(
      ([, line = '']): Block => ({ page, language: 'console', text: line, notRun: undefined }),
    );
    return [...fenced, ...indented];
  });
}

/** The commands of ours in the blocks for a shell. */
export function examples(): readonly Example[] {
  return blocks()
    .filter(({ language }) => ['console', 'sh', 'bash', 'shell'].includes(language))
    .flatMap(examplesOf);
}

function examplesOf({ page, text, notRun }: Block): readonly Example[] {
  const found: (Example & { readonly shown: string[] })[] = [];
  const isSession = /^\$ /m.test(text);
  for (const line of text.replaceAll('\\\n', ' ').trimEnd().split('\n')) {
    const [, command] = /^(?:\$ )?(?:\w+=\S+ )*(?:npx )?(heapboard .*)$/.exec(line) ?? [];
    if (command !== undefined && (!isSession || line.startsWith('$ '))) {
      if (!command.includes('…')) found.push({ page, command, calls: callsOf(command), shown: [], notRun });
    } else if (isSession) found.at(-1)?.shown.push(line.trimEnd());
  }
  return found;
}

/** What comes after a pipe, `;` or a comment is the shell's. */
function callsOf(command: string): readonly Call[] {
  const [own = ''] = command.split(/ (?:\||;|#) ?/);
  return own.split(' && ').map((part) => {
    const [call = '', into] = part.split(' > ');
    return { words: wordsOf(call).slice(1), into: into?.trim() };
  });
}

/** Words as the shell makes them of quotes. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
}

/** What output must match to be the lines that a page shows. */
export function patternOf(shown: readonly string[]): RegExp {
  const quoted = (line: string) => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*');
  const parts = shown.map((line) => (line === '…' ? '(?:.*\\n)*?' : `${quoted(line)}\\s*\\n`));
  return new RegExp(`^${parts.join('')}$`);
}
