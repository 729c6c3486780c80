import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseCommandLine } from '../../emulator/cli/parse.ts';
import { commands } from '../../emulator/cli/registry.ts';
import { blocks as allBlocks, examples, pages, pageText } from './examples.ts';

const blocks = allBlocks();
const lines = examples().flatMap(({ page, calls }) => calls.map(({ words }) => ({ page, words })));

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
    for (const page of pages()) {
      const targets = [...pageText(page).matchAll(/\]\((?!https?:)([\w.-]+\.md)/g)];
      for (const [, target = ''] of targets) expect(pages(), `${page} links to ${target}`).toContain(target);
    }
  });
});
