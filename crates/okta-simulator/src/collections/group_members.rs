//! Members of groups, `/api/v1/groups/{id}/users`: users, and why they are members if that is asked for.
//!
//! Nothing is kept of them but who belongs where; what a listing shows is the user.

use crate::bucket;
use crate::collection::{Collection, Expand, Expansion, Listing, PageLimits, Row};
use crate::particulars::{Derived, Parent, Particulars};

impl Collection {
    /// Members of groups, `/api/v1/groups/{}/users`.
    pub const GroupMembers: Self = Self::new(&Row {
        name: "GroupMembers",
        file_name: "group_members.jsonl",
        id_prefix: "00u",
        type_name: "User",
        scope: "okta.groups.read",
        listing: Some(Listing {
            // Okta forgets which expansion was asked for.
            links_drop: &["expand"],
            particulars: Some(&Particulars {
                derived: Some(Derived::GroupMembers),
                ..Particulars::below(Parent::Group)
            }),
            ..Listing::paged(
                "/api/v1/groups/{}/users",
                bucket::GROUPS,
                PageLimits { min: 0, default: 1000, max: 1000 },
            )
        }),
        expand: Expand::Embeds(&[("group-rules", Expansion::MemberRules)]),
        has_credentials: true,
        ..Row::LISTED
    });
}
