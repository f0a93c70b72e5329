//! Groups that have applications, `/api/v1/apps/{id}/groups`.

use crate::bucket;
use crate::collection::{Collection, Expand, Expansion, Listing, PageLimits, Row};
use crate::particulars::{Derived, Parent, Particulars};

impl Collection {
    /// Groups that have applications, `/api/v1/apps/{}/groups`.
    pub const ApplicationGroups: Self = Self::new(&Row {
        name: "ApplicationGroups",
        file_name: "app_groups.jsonl",
        id_prefix: "00g",
        type_name: "GroupAssignment",
        scope: "okta.apps.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                derived: Some(Derived::ApplicationGroups),
                ..Particulars::below(Parent::App)
            }),
            // Twenty is the least that may be asked for.
            ..Listing::paged(
                "/api/v1/apps/{}/groups",
                bucket::APPS,
                PageLimits { min: 20, default: 20, max: 200 },
            )
        }),
        expand: Expand::Embeds(&[("group", Expansion::AssignedGroup)]),
        ..Row::LISTED
    });
}
