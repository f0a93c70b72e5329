//! Users of devices, `/api/v1/devices/{id}/users`, all at once.

use crate::bucket;
use crate::collection::{Collection, Listing, Row};
use crate::particulars::{Derived, Parent, Particulars};

impl Collection {
    /// Users of devices, `/api/v1/devices/{}/users`.
    pub const DeviceUsers: Self = Self::new(&Row {
        name: "DeviceUsers",
        file_name: "device_users.jsonl",
        id_prefix: "00u",
        type_name: "DeviceUser",
        scope: "okta.devices.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                identity_engine_only: true,
                derived: Some(Derived::DeviceUsers),
                ..Particulars::below(Parent::Device)
            }),
            ..Listing::whole("/api/v1/devices/{}/users", bucket::DEVICE_USERS)
        }),
        ..Row::LISTED
    });
}
