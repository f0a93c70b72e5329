//! Generated devices, of every platform.

use serde_json::{Value, json};

use super::words::{DEVICE_NAMES, MODELS};
use super::{Maker, ORIGIN, stamp, text};
use crate::{Collection, Org};

const STATUSES: [&str; 5] = ["ACTIVE", "DEACTIVATED", "SUSPENDED", "UNSUSPENDED", "CREATED"];

/// Makes devices and gives back their ids.
pub(super) fn generate(org: &mut Org, maker: &mut Maker, count: usize) -> Vec<String> {
    let mut ids = Vec::with_capacity(count);
    for index in 0..count {
        let id = maker.id("guo");
        let device = device(maker, &id, index);
        org.put(Collection::Devices, device);
        ids.push(id);
    }
    ids
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

/// A device profile. A key without a value is left out.
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
