package io.tenantwarden.engine.report.document;

/** Style and script of the HTML report. They stand in the file itself: it is mailed, archived by builds, and opened without a network. */
final class HtmlAssets {

    /** Light and dark by the reader's setting; one column on a telephone; without controls, and all of it opened, on paper. */
    static final String STYLE = """
            :root { color-scheme: light dark; --paper: #fff; --ink: #1c2024; --quiet: #5b646d; --line: #d5dae0;
              --box: #f5f7f9; --bad: #b3261e; --warn: #8a5a00; --good: #1b6e3c; --accent: #0b57d0; }
            @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e4e7ea; --quiet: #a0a9b2;
              --line: #363d44; --box: #1e2327; --bad: #ff8a80; --warn: #f2c063; --good: #7ddb9b; --accent: #8ab4f8; } }
            * { box-sizing: border-box; }
            body { margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--paper); color: var(--ink);
              font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
            h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
            h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
            h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
            a { color: var(--accent); }
            .lead { font-size: 1.1rem; border-left: 4px solid var(--warn); padding-left: .75rem; }
            .lead.good { border-color: var(--good); }
            .quiet { color: var(--quiet); }
            dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .5rem; margin: 1rem 0; }
            dl.facts div { background: var(--box); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .75rem; }
            dl.facts dt { color: var(--quiet); font-size: .85rem; }
            dl.facts dd { margin: 0; font-weight: 600; }
            code, pre { font: .88em/1.45 ui-monospace, monospace; }
            pre { background: var(--box); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .75rem;
              margin: .4rem 0; white-space: pre-wrap; }
            details.package > summary { font-weight: 600; cursor: pointer; margin-top: .75rem; }
            details.package > section { margin-left: .75rem; }
            summary { cursor: pointer; }
            article { border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: .4rem;
              padding: .5rem .75rem; margin: .5rem 0; }
            article.known { border-left-color: var(--line); }
            article.warn { border-left-color: var(--warn); }
            article.info { border-left-color: var(--line); }
            article p { margin: .25rem 0; }
            .tag { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem;
              font-size: .8rem; color: var(--quiet); }
            .tag.new { color: var(--bad); border-color: var(--bad); }
            .table { overflow-x: auto; }
            table { border-collapse: collapse; width: 100%; font-size: .9rem; }
            th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
            table, dd { overflow-wrap: break-word; }
            td code { white-space: nowrap; }
            td.number, th.number { text-align: right; white-space: nowrap; }
            th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
            th[aria-sort=ascending] button::after { content: " \\2191"; }
            th[aria-sort=descending] button::after { content: " \\2193"; }
            td .unscoped { color: var(--bad); font-weight: 600; }
            form.tools { display: flex; flex-wrap: wrap; gap: .5rem; position: sticky; top: 0; background: var(--paper);
              padding: .5rem 0; border-bottom: 1px solid var(--line); }
            form.tools[hidden], [hidden] { display: none !important; }
            form.tools input, form.tools select { font: inherit; color: inherit; background: var(--box);
              border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .6rem; min-width: 0; }
            form.tools input { flex: 1 1 14rem; }
            :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
            @media (max-width: 40rem) { body { padding: .75rem; font-size: 15px; } form.tools { position: static; }
              details.package > section { margin-left: 0; } }
            @media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --line: #bbb; --box: #fff;
                --bad: #000; --warn: #000; --good: #000; --accent: #000; }
              body { max-width: none; font-size: 10pt; } form.tools { display: none; } article, tr { break-inside: avoid; }
              .table { overflow: visible; } td code { white-space: normal; overflow-wrap: anywhere; } details::details-content { content-visibility: visible; display: block; } }
            """;

    /** Filters and sorts what is there; without it everything is shown, in the order of the code. */
    static final String SCRIPT = """
            (function () {
              'use strict';
              var tools = document.querySelector('form.tools');
              var text = document.getElementById('filter');
              var kind = document.getElementById('kind');
              var order = document.getElementById('order');
              var shown = document.getElementById('shown');
              var tree = document.getElementById('tree');
              var flat = document.getElementById('flat');
              function all(selector, root) {
                return Array.prototype.slice.call((root || document).querySelectorAll(selector));
              }
              var entries = all('#tree article');
              var homes = entries.map(function (entry) { return entry.parentNode; });
              var rows = all('#inventory tbody tr');
              function matches(element, words) {
                var content = element.textContent.toLowerCase();
                return words.every(function (word) { return content.indexOf(word) >= 0; });
              }
              function filter() {
                var words = text.value.toLowerCase().split(/\\s+/).filter(Boolean);
                var count = 0;
                entries.forEach(function (entry) {
                  var ok = matches(entry, words) && (!kind.value || entry.getAttribute('data-kind') === kind.value);
                  entry.hidden = !ok;
                  count += ok ? 1 : 0;
                });
                rows.forEach(function (row) { row.hidden = !matches(row, words); });
                all('section, details.package', tree).reverse().forEach(function (group) {
                  group.hidden = !group.querySelector('article:not([hidden])');
                });
                shown.textContent = count + ' of ' + entries.length + ' violations';
              }
              function sort() {
                var by = order.value;
                if (by === 'place') {
                  entries.forEach(function (entry, i) { homes[i].appendChild(entry); });
                } else {
                  entries.slice().sort(function (a, b) {
                    var x = a.getAttribute('data-' + by), y = b.getAttribute('data-' + by);
                    return by === 'count' ? y - x : (x < y ? 1 : x > y ? -1 : 0);
                  }).forEach(function (entry) { flat.appendChild(entry); });
                }
                tree.hidden = by !== 'place';
                flat.hidden = by === 'place';
                filter();
              }
              function sortRows(header) {
                var index = Array.prototype.indexOf.call(header.parentNode.children, header);
                var numbers = header.classList.contains('number');
                var up = header.getAttribute('aria-sort') === (numbers ? 'descending' : 'ascending') ? numbers : !numbers;
                all('#inventory th').forEach(function (other) { other.removeAttribute('aria-sort'); });
                header.setAttribute('aria-sort', up ? 'ascending' : 'descending');
                rows.slice().sort(function (a, b) {
                  var x = a.children[index].textContent, y = b.children[index].textContent;
                  var less = numbers ? parseInt(x, 10) - parseInt(y, 10) : (x < y ? -1 : x > y ? 1 : 0);
                  return up ? less : -less;
                }).forEach(function (row) { row.parentNode.appendChild(row); });
              }
              all('#inventory th').forEach(function (header) {
                var button = document.createElement('button');
                button.type = 'button';
                button.textContent = header.textContent;
                header.textContent = '';
                header.appendChild(button);
                button.addEventListener('click', function () { sortRows(header); });
              });
              tools.addEventListener('submit', function (event) { event.preventDefault(); });
              text.addEventListener('input', filter);
              kind.addEventListener('change', filter);
              order.addEventListener('change', sort);
              var opened = [];
              window.addEventListener('beforeprint', function () {
                opened = all('details:not([open])');
                opened.forEach(function (details) { details.open = true; });
              });
              window.addEventListener('afterprint', function () {
                opened.forEach(function (details) { details.open = false; });
              });
              tools.hidden = false;
              filter();
            })();
            """;

    private HtmlAssets() {}
}
