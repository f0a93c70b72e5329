//! The client that an event came from.

use fastrand::Rng;

use crate::words::CITIES;

use super::target::quoted;

/// Names clients as they name themselves, in JSON.
const CLIENTS: [&str; 3] = [
    r#""userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh) \"dev\"","os":"Mac OS X","browser":"CHROME"},"device":"Computer""#,
    r#""userAgent":{"rawUserAgent":"okta-sdk-golang/2.20.0","os":"Linux","browser":"UNKNOWN"},"device":"Unknown""#,
    r#""userAgent":{"rawUserAgent":"Mozilla/5.0 (iPhone)","os":"iOS 17","browser":"SAFARI"},"device":"Mobile""#,
];

/// A job of the org itself has no client.
const NONE: &str = r#"{"userAgent":null,"zone":null,"device":null,"id":null,"ipAddress":null,"geographicalContext":null}"#;

/// Networks that are set aside for documents.
const NETWORKS: [&str; 3] = ["192.0.2", "198.51.100", "203.0.113"];

/// A client, and the way that its request took, both in JSON.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) client: String,
    pub(crate) ip_chain: String,
}

impl Client {
    pub(crate) fn none() -> Self {
        Self { client: NONE.to_owned(), ip_chain: "[]".to_owned() }
    }

    pub(crate) fn draw(random: &mut Rng) -> Self {
        let client = CLIENTS[random.usize(..CLIENTS.len())];
        let ip = format!("{}.{}", NETWORKS[random.usize(..NETWORKS.len())], random.u8(1..255));
        let city = quoted(CITIES[random.usize(..CITIES.len())]);
        let geolocation = r#"{"lat":47.5,"lon":-0.25}"#;
        let place = format!(
            r#"{{"city":{city},"state":null,"country":"Nowhere","postalCode":null,"geolocation":{geolocation}}}"#
        );
        Self {
            client: format!(
                r#"{{{client},"zone":"null","id":null,"ipAddress":"{ip}","geographicalContext":{place}}}"#
            ),
            ip_chain: format!(
                r#"[{{"ip":"{ip}","version":"V4","source":null,"geographicalContext":{place}}}]"#
            ),
        }
    }
}
