//! Log streams, `/api/v1/logStreams`. Okta keeps the token of a Splunk stream to itself.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Lookup, Made, PageLimits, Row, Single};
use crate::dialect::{Dialect, EQ, ValueKind};
use crate::feature::Feature;
use crate::maker::{Maker, ORIGIN, stamp};
use crate::particulars::Particulars;

impl Collection {
    /// Log streams, `/api/v1/logStreams`.
    pub const LogStreams: Self = Self::new(&Row {
        name: "LogStreams",
        file_name: "log_streams.jsonl",
        id_prefix: "0oa",
        type_name: "LogStream",
        scope: "okta.logStreams.read",
        listing: Some(Listing {
            filter: Some(FILTER),
            particulars: Some(&Particulars {
                feature: Some(Feature::LogStreaming),
                for_super_administrators: true,
                ..Particulars::PLAIN
            }),
            ..Listing::paged("/api/v1/logStreams", bucket::LOG_STREAMS, PageLimits::up_to(200, 20))
        }),
        single: Some(Single {
            path: "/api/v1/logStreams/{}",
            bucket: bucket::LOG_STREAMS,
            lookup: Lookup::Id,
        }),
        generate,
        ..Row::LISTED
    });
}

const FILTER: Dialect = Dialect {
    ignores_case: false,
    joins: false,
    properties: &[(&["status", "type"], ValueKind::Text, EQ)],
    attributes: None,
};

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let maker = &mut maker.fork("LogStreams");
    (0..3).map(|index| stream(maker, index)).collect()
}

fn stream(maker: &mut Maker, index: usize) -> Value {
    let id = maker.id("0oa");
    let created = maker.time();
    let url = format!("{ORIGIN}/api/v1/logStreams/{id}");
    let (kind, settings) = match index % 2 {
        0 => (
            "aws_eventbridge",
            json!({ "accountId": "123456789012", "eventSourceName": format!("okta_{index}"), "region": "eu-west-3" }),
        ),
        _ => (
            "splunk_cloud_logstreaming",
            json!({ "host": "acme.splunkcloud.com", "edition": "aws" }),
        ),
    };
    // No more than two may be active at once.
    let (status, action) =
        if index < 2 { ("ACTIVE", "deactivate") } else { ("INACTIVE", "activate") };
    json!({
        "id": id,
        "type": kind,
        "name": format!("Stream {index}"),
        "status": status,
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "settings": settings,
        "_links": {
            "self": { "href": url, "method": "GET" },
            action: { "href": format!("{url}/lifecycle/{action}"), "method": "POST" },
        },
    })
}
