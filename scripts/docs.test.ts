import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseCommandLine } from '../emulator/cli/parse.ts';
import { commands } from '../emulator/cli/registry.ts';

const folder = fileURLToPath(new URL('../docs', import.meta.url));

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

const blocks = readdirSync(folder)
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) => {
    const text = readFileSync(join(folder, page), 'utf8');
    return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(
      ([, language = '', content = '']): Block => ({ page, language, text: content }),
    );
  });

/** Command lines of ours in a console block, each as words; what follows a pipe, `;` or `&&` is the shell's. */
function commandLines({ text }: Block): readonly (readonly string[])[] {
  const joined = text.replaceAll('\\\n', ' ');
  return joined.split('\n').flatMap((line) => {
    const [, command] = /^(?:\$ )?(?:\w+=\S+ )*(?:npx )?heapboard (.*)$/.exec(line) ?? [];
    if (command === undefined || command.includes('…')) return [];
    const [own = ''] = command.split(/ (?:\||>|&&|;|#) ?/);
    return [wordsOf(own)];
  });
}

/** Words as the shell makes them of quotes. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
}

const lines = blocks
  .filter(({ language }) => ['console', 'sh', 'bash', 'shell'].includes(language))
  .flatMap((block) => commandLines(block).map((words) => ({ page: block.page, words })));

describe('the documentation', () => {
  it('shows commands', () => {
    expect(lines.length).toBeGreaterThan(25);
  });

  it.each(lines.map(({ page, words }) => [page, words.join(' '), words] as const))(
    '%s shows a command that exists: heapboard %s',
    async (_page, _line, [name = '', ...rest]) => {
      if (name.startsWith('-')) return;
      const command = await commands.get(name)?.load();
      expect(command, `there is no command ${name}`).toBeDefined();
      if (command !== undefined) await parseCommandLine(name, command, rest);
    },
  );

  it.each(
    blocks.filter(({ language }) => language === 'json').map((block) => [block.page, block.text] as const),
  )('%s shows JSON that is JSON', (_page, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it.each(
    blocks.filter(({ language }) => language === 'yaml').map((block) => [block.page, block.text] as const),
  )('%s shows YAML that is YAML', (_page, text) => {
    expect(() => parse(text) as unknown).not.toThrow();
  });

  it('links to pages that are there', () => {
    const pages = readdirSync(folder);
    for (const page of pages.filter((name) => name.endsWith('.md'))) {
      const targets = [...readFileSync(join(folder, page), 'utf8').matchAll(/\]\((?!https?:)([\w.-]+\.md)/g)];
      for (const [, target = ''] of targets) expect(pages, `${page} links to ${target}`).toContain(target);
    }
  });
});
