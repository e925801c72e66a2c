/* What is a step in the browser's history, and what is none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { windowWith } from "./load.mjs";

/** A window with a history as a browser keeps it: the addresses to go back to, the last is the one shown. */
function browser(first) {
  const addresses = [new URL(first, "http://house.test").href];
  class History {
    pushState(_state, _title, url) {
      addresses.push(new URL(url, addresses.at(-1)).href);
    }
    replaceState(_state, _title, url) {
      addresses.push(new URL(url, addresses.pop()).href);
    }
  }
  const location = {
    get href() {
      return addresses.at(-1);
    },
  };
  const heard = {};
  const window = windowWith(["../../views/js/history.js"], {
    History,
    history: new History(),
    location,
    addEventListener: (name, hear) => (heard[name] = hear),
  });
  const go = (...urls) => {
    for (const url of urls) window.history.pushState({}, "", url);
    return addresses.map((address) => address.replace("http://house.test", ""));
  };
  const back = () => {
    addresses.pop();
    heard.popstate();
  };
  return { go, back };
}

test("an address that follows the page is no step", () => {
  assert.deepEqual(browser("/").go("/?c=1", "/?c=2&draft=a"), ["/?c=2&draft=a"]);
  assert.deepEqual(browser("/plan/check").go("/plan/check?draft=a"), ["/plan/check?draft=a"]);
});

test("another page is one step, also with parameters that pass over this one", () => {
  const { go } = browser("/county?adcode=361028");
  assert.deepEqual(go("/county?find=a", "/?find=a", "/?find=a&c=1"), ["/county?adcode=361028", "/?find=a&c=1"]);
  assert.deepEqual(go("/?adcode=361028", "/county?adcode=361028"), [
    "/county?adcode=361028",
    "/?find=a&c=1",
    "/county?adcode=361028",
  ]);
});

test("pages of the bar are a step each", () => {
  const { go } = browser("/");
  assert.deepEqual(go("/?c=1", "/county", "/", "/?c=1"), ["/?c=1", "/county", "/?c=1"]);
});

test("another county and a record opened are steps", () => {
  assert.deepEqual(browser("/county").go("/county?adcode=1", "/county?adcode=2"), [
    "/county",
    "/county?adcode=1",
    "/county?adcode=2",
  ]);
  assert.deepEqual(browser("/x/check").go("/x/check?check=R1"), ["/x/check", "/x/check?check=R1"]);
});

test("a draft's name in the address does not hide that parameters passed over", () => {
  const { go } = browser("/county?adcode=1&draft=a");
  assert.deepEqual(go("/county?find=b", "/?find=b", "/?find=b&draft=a"), [
    "/county?adcode=1&draft=a",
    "/?find=b&draft=a",
  ]);
});

test("what was before a step back is forgotten", () => {
  const { go, back } = browser("/check");
  go("/county?adcode=1");
  back();
  assert.deepEqual(go("/county"), ["/check", "/county"]);
});
