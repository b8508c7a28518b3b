import { describe, expect, it } from 'vitest';
import { escapeText, lines, markup } from './markup.js';

describe('markup', () => {
  it('escapes what comes from data, in text and in attributes', () => {
    const name = `<script>alert("1")</script>&'`;
    const page = markup`<p title="${name}">${name}</p>`.text;
    expect(page).not.toContain('<script');
    expect(page.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;&#39;/g)).toHaveLength(2);
  });

  it('takes markup, lists and nothing as they are', () => {
    const cells = ['<', 2].map((value) => markup`<td>${value}</td>`);
    expect(markup`<tr>${cells}${undefined}</tr>`.text).toBe('<tr><td>&lt;</td><td>2</td></tr>');
    expect(lines([cells[0], undefined, cells[1]]).text).toBe('<td>&lt;</td>\n<td>2</td>');
  });

  it('replaces what HTML does not allow in text', () => {
    expect(escapeText('a\0b\u001bc\ud800d\u0085')).toBe('a\uFFFDb\uFFFDc\uFFFDd\uFFFD');
    expect(escapeText('tab\tline\nÄ 😀')).toBe('tab\tline\nÄ 😀');
  });
});
