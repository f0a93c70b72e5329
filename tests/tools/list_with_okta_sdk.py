"""Lists users, groups and applications of an org with Okta's own SDK, page by page, and prints their ids and the number of pages.

Arguments: the URL of the org, an API token, the size of a page.

The models of the SDK refuse applications that Okta itself shows, such as those of the kind BROWSER_PLUGIN. They are sent for by
the SDK, with its credential, its retries and its way to the next page, and read without its models.
"""

import asyncio
import json
import os
import sys
import types

# The SDK talks to an org without TLS only if it is told that this is a test.
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"

from okta.client import Client  # noqa: E402
from okta.pagination import PaginationHelper  # noqa: E402


def joined(headers):
    """Joins headers of one name, of which the SDK's helper would look at the first alone."""
    return {name: ", ".join(value for other, value in headers.items() if other == name) for name in headers}


async def read(listing, limit):
    """Follows a listing to its end, as the SDK's own helper finds the next page."""
    ids, pages, after = [], 0, None
    while True:
        records, response, error = await listing(limit=limit, after=after)
        if error:
            raise SystemExit(f"{listing.__name__}: {error}")
        ids += [record.id for record in records]
        pages += 1
        after = PaginationHelper.extract_next_cursor(joined(response.headers))
        if after is None:
            return {"ids": ids, "pages": pages}


def applications(client):
    """Returns a listing of applications that goes without models."""
    async def list_applications(limit, after):
        query = f"limit={limit}" + (f"&after={after}" if after else "")
        executor = client.get_request_executor()
        headers = {"Accept": "application/json"}
        request, error = await executor.create_request("GET", f"/api/v1/apps?{query}", {}, headers)
        if error:
            return None, None, error
        response, body, error = await executor.execute(request)
        records = [types.SimpleNamespace(**record) for record in json.loads(body or "[]")]
        return records, response, error
    return list_applications


async def main(org, token, limit):
    async with Client({"orgUrl": org, "token": token}) as client:
        found = {
            "users": await read(client.list_users, limit),
            "groups": await read(client.list_groups, limit),
            "apps": await read(applications(client), limit),
        }
    print(json.dumps(found))


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
