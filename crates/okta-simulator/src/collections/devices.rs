//! Devices, `/api/v1/devices`.
//!
//! Generated ones are of every platform.

use serde_json::{Value, json};

use crate::bucket;
use crate::collection::{
    Batch, Collection, Expand, Expansion, Listing, Lookup, Made, PageLimits, Row, Single,
    has_status,
};
use crate::dialect::{Dialect, EQ, EQ_CO, EQ_SW_CO, ORDER, ValueKind};
use crate::maker::{Maker, ORIGIN, stamp, text};
use crate::words::{DEVICE_NAMES, MODELS};

impl Collection {
    /// Devices, `/api/v1/devices`.
    pub const Devices: Self = Self::new(&Row {
        name: "Devices",
        file_name: "devices.jsonl",
        id_prefix: "guo",
        type_name: "Device",
        scope: "okta.devices.read",
        listing: Some(Listing {
            search: Some(SEARCH),
            projects: true,
            hides: |device, _| has_status(device, "DELETED"),
            ..Listing::paged("/api/v1/devices", bucket::DEVICES, PageLimits::up_to(200, 200))
        }),
        single: Some(Single {
            path: "/api/v1/devices/{}",
            bucket: bucket::DEVICES,
            lookup: Lookup::Id,
        }),
        schemas: None,
        expand: Expand::Embeds(&[
            ("user", Expansion::DeviceUsers),
            ("userSummary", Expansion::DeviceUserSummaries),
        ]),
        has_credentials: false,
        mutable: ("/profile", "model"),
        generate,
    });
}

const SEARCH: Dialect = Dialect {
    ignores_case: true,
    joins: true,
    properties: &[
        (&["id", "status"], ValueKind::Text, EQ),
        (&["lastUpdated"], ValueKind::Instant, ORDER),
        (&["profile.sid"], ValueKind::Text, EQ_SW_CO),
        (
            &[
                "profile.displayName",
                "profile.serialNumber",
                "profile.imei",
                "profile.meid",
                "profile.udid",
            ],
            ValueKind::Text,
            EQ_CO,
        ),
        (
            &[
                "profile.platform",
                "profile.manufacturer",
                "profile.model",
                "profile.osVersion",
                "profile.tpmPublicKeyHash",
                "profile.diskEncryptionType",
            ],
            ValueKind::Text,
            EQ,
        ),
        (
            &[
                "profile.registered",
                "profile.secureHardwarePresent",
                "profile.integrityJailbreak",
                "profile.managed",
            ],
            ValueKind::Boolean,
            EQ,
        ),
    ],
    attributes: None,
};

const STATUSES: [&str; 5] = ["ACTIVE", "DEACTIVATED", "SUSPENDED", "UNSUSPENDED", "CREATED"];

fn generate(maker: &mut Maker, _: &Made) -> Batch {
    let count = (maker.users / 4).max(8);
    let devices = (0..count).map(|index| {
        let id = maker.id("guo");
        device(maker, &id, index)
    });
    devices.collect()
}

fn device(maker: &mut Maker, id: &str, index: usize) -> Value {
    let created = maker.time();
    let name = *maker.pick(DEVICE_NAMES);
    let link = |path: &str, methods: &[&str]| {
        let href = format!("{ORIGIN}/api/v1/devices/{id}{path}");
        json!({ "href": href, "hints": { "allow": methods } })
    };
    json!({
        "id": id,
        "status": STATUSES[index % STATUSES.len()],
        "created": stamp(created),
        "lastUpdated": stamp(maker.time_from(created)),
        "profile": profile(maker, name, index),
        "resourceType": "UDDevice",
        "resourceId": id,
        "resourceAlternateId": null,
        "resourceDisplayName": { "value": name, "sensitive": false },
        "_links": {
            "self": link("", &["GET", "PATCH", "PUT"]),
            "users": link("/users", &["GET"]),
        },
    })
}

/// Makes a device profile. A key without a value is left out.
fn profile(maker: &mut Maker, name: &str, index: usize) -> Value {
    let (platform, manufacturer, model) = MODELS[index % MODELS.len()];
    let mut profile = json!({
        "displayName": name,
        "platform": platform,
        "registered": !maker.one_in(4),
    });
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            profile[name] = value;
        }
    };
    set("manufacturer", maker.often(|_| text(manufacturer)));
    set("model", maker.often(|_| text(model)));
    set("osVersion", maker.often(|maker| maker.word(&["15.6.1", "18.5.0", "10.0.22631"])));
    set("serialNumber", maker.often(|_| Value::String(format!("GW3M2TP{:03}", index % 40))));
    set("secureHardwarePresent", maker.often(|maker| maker.random.bool().into()));
    set("managed", maker.often(|maker| maker.random.bool().into()));
    let encryption = ["ALL_INTERNAL_VOLUMES", "FULL", "NONE", "SYSTEM_VOLUME", "USER"];
    set("diskEncryptionType", maker.often(|maker| maker.word(&encryption)));
    match platform {
        "WINDOWS" => {
            let sid = format!("S-1-5-21-3992267483-1860856704-{}", index % 30);
            let hash: String = (0..20).map(|_| maker.random.alphanumeric()).collect();
            set("sid", Some(Value::String(sid)));
            set("tpmPublicKeyHash", Some(Value::String(format!("{hash}+/="))));
        }
        "ANDROID" => {
            set("imei", maker.often(|_| Value::String(format!("35693803564{:04}", index % 50))));
            set("meid", maker.often(|_| Value::String(format!("A000000{:07X}", index % 50))));
            set("integrityJailbreak", maker.often(|maker| maker.random.bool().into()));
        }
        _ => {
            let udid = format!("954F4D56-C574-E7D3-FC3A-{:012X}", index % 60);
            set("udid", Some(Value::String(udid)));
        }
    }
    profile
}
