// Lists users, groups and applications of an org with Okta's own SDK, page by page, and prints their ids.
//
// Arguments: the URL of the org, an API token, the size of a page. The packages are looked for in the folder NODE_TOOLS.

import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.NODE_TOOLS, 'package.json'));
const { Client } = require('@okta/okta-sdk-nodejs');

const [orgUrl, token, limit] = process.argv.slice(2);
// The SDK talks to an org without TLS only if it is told that this is a test.
const client = new Client({ orgUrl, token, testing: { disableHttpsCheck: true } });

async function read(listing) {
  const ids = [];
  await (await listing).each((record) => { ids.push(record.id); });
  return { ids };
}

const parameters = { limit: Number(limit) };
console.log(JSON.stringify({
  users: await read(client.userApi.listUsers(parameters)),
  groups: await read(client.groupApi.listGroups(parameters)),
  apps: await read(client.applicationApi.listApplications(parameters)),
}));
