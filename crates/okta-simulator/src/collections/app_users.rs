//! Users of applications, `/api/v1/apps/{id}/users`: by name, or as a member of a group.

use crate::bucket;
use crate::collection::{Collection, Expand, Expansion, Listing, PageLimits, Row};
use crate::particulars::{Derived, Parent, Particulars, Selector};

impl Collection {
    /// Users of applications, `/api/v1/apps/{}/users`.
    pub const ApplicationUsers: Self = Self::new(&Row {
        name: "ApplicationUsers",
        file_name: "app_users.jsonl",
        id_prefix: "00u",
        type_name: "AppUser",
        scope: "okta.apps.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                derived: Some(Derived::ApplicationUsers),
                selectors: &[Selector::q(&[
                    "credentials.userName",
                    "profile.given_name",
                    "profile.family_name",
                    "profile.email",
                ])],
                ..Particulars::below(Parent::App)
            }),
            ..Listing::paged("/api/v1/apps/{}/users", bucket::APPS, PageLimits::up_to(500, 50))
        }),
        expand: Expand::Embeds(&[("user", Expansion::AssignedUser)]),
        ..Row::LISTED
    });
}
