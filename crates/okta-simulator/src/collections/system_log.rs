//! Events of the System Log, as far as access to them is concerned.

use crate::collection::{Collection, Expand, Row};

impl Collection {
    /// Events of the System Log, `/api/v1/logs`, as something that a scope opens and a role may leave out.
    ///
    /// It is not in [`Collection::ALL`], because an org holds no such records: a
    /// [`SystemLog`](crate::SystemLog) does.
    pub const SystemLog: Self = Self::new(&Row {
        name: "SystemLog",
        file_name: "logs.jsonl",
        type_name: "LogEvent",
        scope: "okta.logs.read",
        expand: Expand::Refused,
        mutable: ("", ""),
        ..Row::LISTED
    });
}
