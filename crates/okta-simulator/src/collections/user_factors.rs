//! Factors of users, `/api/v1/users/{id}/factors`, all at once.

use crate::bucket;
use crate::collection::{Collection, Listing, Row};
use crate::particulars::{Derived, Parent, Particulars};

impl Collection {
    /// Factors of users, `/api/v1/users/{}/factors`.
    pub const UserFactors: Self = Self::new(&Row {
        name: "UserFactors",
        file_name: "user_factors.jsonl",
        id_prefix: "opf",
        type_name: "UserFactor",
        scope: "okta.users.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                derived: Some(Derived::UserFactors),
                ..Particulars::below(Parent::User)
            }),
            ..Listing::whole("/api/v1/users/{}/factors", bucket::BELOW_USER)
        }),
        ..Row::LISTED
    });
}
