// open.mjs FILE PACKAGES CHROMIUM: milliseconds from the wish to see a page until all of it is laid out and painted, of several runs.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [file, packages, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(packages)("playwright-core");
const RUNS = 5;

const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
const times = [];
for (let i = 0; i < RUNS; i++) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true });
  const page = await context.newPage();
  const start = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.evaluate(() => new Promise((done) => {
    document.documentElement.getBoundingClientRect();
    requestAnimationFrame(() => requestAnimationFrame(done));
  }));
  times.push(performance.now() - start);
  await context.close();
}
await browser.close();
console.log(JSON.stringify(times));
