// node lighthouse.mjs CATEGORIES URL…: prints one JSON line a page, with the score of each category in per
// cent and the audits that cost something. One Chromium (CHROME_PATH) does for all pages.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [categories, ...urls] = process.argv.slice(2);
const chrome = await launch({
  chromePath: process.env.CHROME_PATH,
  chromeFlags: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"],
  logLevel: "silent",
});
try {
  for (const url of urls) {
    const { lhr } = await lighthouse(url, {
      port: chrome.port,
      onlyCategories: categories.split(","),
      disableFullPageScreenshot: true,
      logLevel: "silent",
    });
    const scores = {};
    const faults = [];
    for (const [key, category] of Object.entries(lhr.categories)) {
      scores[key] = Math.round(100 * category.score);
      for (const { id, weight } of category.auditRefs) {
        const { score, displayValue } = lhr.audits[id];
        if (weight && score !== null && score < 1) faults.push(`${id} ${score} ${displayValue ?? ""}`.trim());
      }
    }
    console.log(JSON.stringify({ url, scores, faults, error: lhr.runtimeError?.message ?? "" }));
  }
} finally {
  await chrome.kill();
}
