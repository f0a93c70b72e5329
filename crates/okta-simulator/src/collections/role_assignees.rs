//! Users who have roles, `/api/v1/iam/assignees/users`, in the body of the answer like everything below `iam`.

use crate::bucket;
use crate::collection::{Collection, Listing, PageLimits, Row};
use crate::particulars::{Derived, Envelope, Particulars};

impl Collection {
    /// Users who have roles, `/api/v1/iam/assignees/users`.
    pub const RoleAssignees: Self = Self::new(&Row {
        name: "RoleAssignees",
        file_name: "assignees.jsonl",
        id_prefix: "00u",
        type_name: "User",
        scope: "okta.roles.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                envelope: Envelope::Object("value"),
                derived: Some(Derived::RoleAssignees),
                for_super_administrators: true,
                ..Particulars::PLAIN
            }),
            ..Listing::paged(
                "/api/v1/iam/assignees/users",
                bucket::IAM,
                PageLimits::up_to(100, 100),
            )
        }),
        ..Row::LISTED
    });
}
