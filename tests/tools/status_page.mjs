// Clicks through the status page of a sandbox while requests are made, compares its figures with what was asked, and lets a web
// app in on the consent page.
//
// The argument is JSON: `status` and `org` are URLs, `token` is an API token, `clientId`, `clientSecret` and `redirectUri` are those
// of the web app, and screenshots go to the folder `shots`. The sandbox must be new, have Okta's limits, and answer the third
// request for network zones with 503. NODE_TOOLS is the folder of the packages, CHROMIUM the browser.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.NODE_TOOLS, 'package.json'));
const { chromium } = require('playwright-core');

const { status, org, token, clientId, clientSecret, redirectUri, shots } = JSON.parse(process.argv[2]);

async function ask(path, authorization = `SSWS ${token}`) {
  const response = await fetch(org + path, { headers: { authorization } });
  return { status: response.status, records: await response.json().catch(() => null) };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(20_000);
const elsewhere = [];
const complaints = [];
page.on('request', (request) => { if (!request.url().startsWith(status)) elsewhere.push(request.url()); });
page.on('console', (message) => complaints.push(message.text()));
page.on('pageerror', (error) => complaints.push(String(error)));

const figure = (id) => page.locator(`#${id}`).innerText();

/** Returns the rows of a table as objects of its columns. */
async function table(id) {
  return page.locator(`#${id}-table`).evaluate((found) => {
    const columns = [...found.querySelectorAll('thead th')].map((cell) => cell.innerText);
    return [...found.querySelectorAll('tbody tr')].map((row) =>
      Object.fromEntries([...row.cells].map((cell, index) => [columns[index], cell.innerText])));
  });
}

async function statusPage() {
  await page.goto(status);
  assert.equal(await figure('requests'), '0');
  assert.equal(await page.locator('#answers-table').innerText(), 'Answers by status\n\nThere were no requests yet.');

  // Requests are made while somebody clicks.
  const load = (async () => {
    const users = [];
    let path = '/api/v1/users?limit=50&search=status%20pr&sortBy=created';
    while (path) {
      const response = await fetch(org + path, { headers: { authorization: `SSWS ${token}` } });
      users.push(...await response.json());
      const next = /<([^>]*)>; rel="next"/.exec(response.headers.get('link'));
      path = next && next[1].slice(org.length);
    }
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await ask('/api/v1/zones')).status);
    for (let i = 0; i < 60; i += 1) statuses.push((await ask('/api/v1/apps?limit=1')).status);
    statuses.push((await ask('/api/v1/users?access_token=hush-hush', 'SSWS wrong')).status);
    return { users, statuses };
  })();
  for (const name of ['Requests', 'Errors', 'Overview', 'Requests', 'Overview']) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }
  const { users, statuses } = await load;
  const pages = Math.ceil(users.length / 50);
  const count = pages + statuses.length;

  // The page shows them by itself, within a few seconds.
  await page.waitForFunction((expected) => document.querySelector('#requests')?.innerText === expected, String(count));
  await page.getByRole('link', { name: 'Hold still' }).click();
  await page.getByText('Held still.').waitFor();
  assert.equal(await page.locator('meta[http-equiv=refresh]').count(), 0);
  const answered = { 200: pages + 3 + 50, 401: 1, 429: 10, 503: 1 };
  for (const found of statuses.filter((found) => ![200, 401, 429, 503].includes(found))) assert.fail(`status ${found}`);
  assert.deepEqual(
    Object.fromEntries((await table('answers')).map((row) => [row.Status, Number(row.Answers)])), answered);
  assert.equal(await figure('errors'), '12');
  assert.equal(await figure('rate-limits'), 'okta');
  assert.equal(await figure('faults'), '503@3@/api/v1/zones');
  const limits = Object.fromEntries((await table('limits')).map((row) =>
    [row.Bucket, [row.Principal, row.Limit, row.Used, row.Refused, row.Left].join(' ')]));
  assert.deepEqual(limits, {
    '/api/v1/users': `API token 1 300 ${pages} 0 ${300 - pages}`,
    '/api/v1/zones': 'API token 1 50 4 0 46',
    '/api/v1/apps': 'API token 1 50 50 10 0',
  });
  const contents = Object.fromEntries((await table('contents')).map((row) => [row.Collection, Number(row.Records)]));
  assert.equal(contents.Users, users.length);
  assert.equal(contents['Group Members'] > users.length, true);
  await page.screenshot({ path: join(shots, 'overview.png'), fullPage: true });

  await page.getByRole('link', { name: 'Requests', exact: true }).click();
  const requests = await table('requests');
  assert.equal(requests.length, Math.min(count, 100));
  assert.equal(requests[0]['Path and query'], '/api/v1/users?access_token=(secret)');
  assert.equal(requests[0].Status, '401');
  assert.equal(requests.filter((row) => row.Status === '429').length, 10);
  assert.equal((await page.content()).includes('hush-hush') || (await page.content()).includes(token), false);
  await page.screenshot({ path: join(shots, 'requests.png') });

  await page.getByRole('link', { name: 'Errors', exact: true }).click();
  const errors = await table('errors');
  assert.equal(errors.length, 12);
  assert.deepEqual(errors.filter((row) => row.Faults).map((row) => [row.Status, row.Faults]), [['503', 'status 503']]);

  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await page.getByRole('link', { name: 'Users', exact: true }).click();
  const records = await table('records');
  const byId = [...users].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, records.length);
  assert.deepEqual(records.map((row) => [row.Id, row.Name]), byId.map((user) => [user.id, user.profile.login]));
  await accessible();
  assert.deepEqual([elsewhere, complaints], [[], []]);
}

/** Checks what people who do not see the page well, or at all, need of it. */
async function accessible() {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const path of ['/?refresh=off', '/requests?refresh=off']) {
      await page.goto(status + path);
      const faults = await page.evaluate(() => {
        const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        const luminance = (color) => {
          const [r, g, b] = color.match(/[\d.]+/g).map((part) => channel(Number(part) / 255));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const background = (element) => {
          const color = getComputedStyle(element).backgroundColor;
          return color === 'rgba(0, 0, 0, 0)' && element.parentElement ? background(element.parentElement) : color;
        };
        const found = [];
        for (const element of document.querySelectorAll('a, p, dt, dd, th, td, caption, h1')) {
          const pair = [luminance(getComputedStyle(element).color), luminance(background(element))].sort((a, b) => b - a);
          const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
          if (contrast < 4.5) found.push(`${element.tagName} ${element.innerText}: ${contrast}`);
        }
        for (const one of document.querySelectorAll('table')) {
          if (!one.caption || [...one.querySelectorAll('th')].some((cell) => !cell.scope)) found.push(one.id);
        }
        if (!document.documentElement.lang || document.querySelectorAll('main, h1').length !== 2) found.push('structure');
        return found;
      });
      assert.deepEqual(faults, [], `${colorScheme} ${path}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Lets the web app in, in the browser, and goes on as the app. */
async function consent() {
  const visits = [];
  const app = createServer((request, response) => {
    visits.push(new URL(request.url, redirectUri).searchParams);
    response.end('<!DOCTYPE html><title>App</title><p>Back in the app.</p>');
  });
  await new Promise((resolve) => app.listen(Number(new URL(redirectUri).port), '127.0.0.1', resolve));
  const verifier = randomBytes(32).toString('base64url');
  const scopes = ['okta.users.read', 'okta.groups.read', 'offline_access'];
  const address = `${org}/oauth2/v1/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state: 'a state & more',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })}`;
  const visitor = await context.newPage();
  visitor.setDefaultTimeout(20_000);
  visitor.on('console', (message) => complaints.push(message.text()));

  await visitor.goto(address.replace(clientId, '0oanobody'));
  await visitor.getByText("Invalid value for 'client_id' parameter.").waitFor();
  complaints.length = 0; // Chromium says that the page came with 400.

  await visitor.goto(address);
  assert.deepEqual(await visitor.locator('li').allInnerTexts(), scopes);
  await visitor.getByRole('button', { name: 'Deny' }).click();
  await visitor.getByText('Back in the app.').waitFor();
  assert.deepEqual([visits[0].get('error'), visits[0].get('state')], ['access_denied', 'a state & more']);

  await visitor.goto(address);
  await visitor.screenshot({ path: join(shots, 'consent.png') });
  await visitor.getByRole('button', { name: 'Allow access' }).click();
  await visitor.getByText('Back in the app.').waitFor();
  app.close();
  app.closeAllConnections();
  const back = visits.find((visit) => visit.has('code'));
  assert.equal(back.get('state'), 'a state & more');

  const exchange = async (pairs) => {
    const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const response = await fetch(`${org}/oauth2/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      body: new URLSearchParams(pairs),
    });
    return response.json();
  };
  const first = await exchange({
    grant_type: 'authorization_code',
    code: back.get('code'),
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  assert.deepEqual([first.token_type, first.expires_in, first.scope], ['Bearer', 3600, scopes.join(' ')]);
  const second = await exchange({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
  assert.notEqual(second.refresh_token, first.refresh_token);
  for (const { access_token: accessToken } of [first, second]) {
    assert.equal((await ask('/api/v1/users?limit=1', `Bearer ${accessToken}`)).status, 200);
    assert.equal((await ask('/api/v1/devices', `Bearer ${accessToken}`)).status, 403);
  }
  assert.deepEqual(complaints, []);

  await page.goto(`${status}/requests?refresh=off`);
  const text = await page.content();
  for (const secret of [back.get('code'), verifier, clientSecret, first.access_token, second.refresh_token]) {
    assert.equal(text.includes(secret), false);
  }
  await page.goto(`${status}/?refresh=off`);
  const principals = (await table('limits')).map((row) => row.Principal);
  assert.equal(principals.includes(clientId), true);
}

try {
  await statusPage();
  await consent();
  console.log('The pages show what was asked.');
} finally {
  await browser.close();
}
