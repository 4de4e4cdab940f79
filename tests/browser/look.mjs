// look.mjs PLAN: opens each page of the plan in each way, and says in TAP what is wrong.  Called by run.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const require = createRequire(plan.packages);
const { chromium } = require("playwright-core");
const { HtmlValidate } = require("html-validate");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const WAYS = {
  wide: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  paper: { viewport: { width: 794, height: 1123 }, media: "print" },
};

// Titles have the length that a domain has, and trailing blanks do no harm.
const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: { "long-title": "off", "no-trailing-whitespace": "off" },
});

let number = 0, failed = 0;

function tell(name, faults) {
  number++;
  failed += faults.length > 0;
  console.log(`${faults.length ? "not ok" : "ok"} ${number} - ${name}`);
  for (const fault of faults.slice(0, 20)) console.log(`# ${String(fault).replace(/\n/g, " ").slice(0, 400)}`);
}

async function markup(path) {
  const report = await validator.validateFile(path);
  return report.results.flatMap((result) => result.messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`));
}

/* In the page. */
function shape() {
  const faults = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`scrolls sideways by ${wide} pixels`);
  if (document.scripts.length) faults.push("has a script");
  for (const link of document.querySelectorAll("a")) {
    const target = link.getAttribute("href");
    if (/^[a-z0-9._-]+\.html(#[a-z0-9-]+)?$/.test(target)) continue; // a page of the same directory
    if (target.startsWith("#") ? !document.getElementById(target.slice(1)) : link.protocol !== "https:" || link.rel !== "noreferrer")
      faults.push(`a link: ${link.outerHTML}`);
  }
  for (const image of document.images) if (!image.complete || !image.naturalWidth) faults.push("the logo is not shown");
  return faults;
}

async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return violations.map((v) => `axe ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
}

async function look(browser, name, path, way, { media, ...settings }) {
  const context = await browser.newContext({ ...settings, offline: true });
  const page = await context.newPage();
  const faults = [];
  const url = pathToFileURL(path).href;

  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:image/")) faults.push(`asks for ${request.url()}`);
  });
  page.on("console", (message) => faults.push(`the console says: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`an error: ${error}`));
  page.on("dialog", (dialog) => { faults.push("a dialog"); dialog.dismiss(); });
  if (media) await page.emulateMedia({ media });
  await page.goto(url);
  faults.push(...await page.evaluate(shape), ...await accessible(page));
  if (way === "wide") faults.push(...await keyboard(page));
  if (plan.pictures) await page.screenshot({ path: join(plan.pictures, `${name}-${way}.png`), clip: { x: 0, y: 0, width: settings.viewport.width, height: 2400 }, fullPage: true });
  if (media) faults.push(...await paper(page, name));
  await context.close();
  return faults;
}

/* Every link, fold and box that scrolls can be reached, in order, and shows that it is. */
async function keyboard(page) {
  const wanted = await page.evaluate(() => [...document.querySelectorAll("a, summary, [tabindex]")].filter((e) => e.checkVisibility()).length);
  const most = Math.min(wanted, 40);

  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return document.activeElement !== document.body && style.outlineStyle !== "none";
    });
    if (!seen) return [`after ${i + 1} times Tab nothing has the focus, or it does not show`];
  }
  return [];
}

async function paper(page, name) {
  const path = join(plan.directory, `${name}.pdf`);
  const faults = [];

  await page.pdf({ path, preferCSSPageSize: true });
  if (plan.pictures) execFileSync("pdftoppm", ["-r", "60", "-png", path, join(plan.pictures, `${name}-page`)]);
  const sheets = execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8", maxBuffer: 1 << 28 }).split("\f").slice(0, -1);
  const running = await page.evaluate(() => document.querySelector(".running")?.textContent.slice(0, 30));
  sheets.forEach((sheet, i) => {
    if (!sheet.replace(/\s+/g, "").includes(`${i + 1}/${sheets.length}`)) faults.push(`page ${i + 1} has no number`);
    if (running && !sheet.includes(running)) faults.push(`page ${i + 1} has no title`);
  });
  const keys = await page.evaluate(() => [...document.querySelectorAll(".piece:not(.screen) .key")].map((e) => e.textContent).slice(0, 5));
  const text = sheets.join(" ").replace(/\s+/g, "");
  for (const key of keys) if (!text.includes(key.replace(/\s+/g, ""))) faults.push(`the evidence of ${key} is not on paper`);
  return faults;
}

if (plan.pictures) mkdirSync(plan.pictures, { recursive: true });
const browser = await chromium.launch({ executablePath: plan.chromium, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
for (const [name, path] of Object.entries(plan.pages)) {
  tell(`${name}: html-validate`, await markup(path));
  for (const [way, settings] of Object.entries(WAYS)) tell(`${name}: ${way}`, await look(browser, name, path, way, settings));
}
await browser.close();
console.log(`1..${number}`);
process.exitCode = failed ? 1 : 0;
