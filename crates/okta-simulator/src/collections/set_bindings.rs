//! Bindings of resource sets, `/api/v1/iam/resource-sets/{id}/bindings`: the roles that somebody has on them.

use crate::bucket;
use crate::collection::{Collection, Listing, PageLimits, Row};
use crate::particulars::{Derived, Envelope, Parent, Particulars};

impl Collection {
    /// Bindings of resource sets, `/api/v1/iam/resource-sets/{}/bindings`.
    pub const ResourceSetBindings: Self = Self::new(&Row {
        name: "ResourceSetBindings",
        file_name: "resource_set_bindings.jsonl",
        id_prefix: "cr0",
        type_name: "ResourceSetBinding",
        scope: "okta.roles.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                envelope: Envelope::Object("roles"),
                derived: Some(Derived::ResourceSetBindings),
                for_super_administrators: true,
                ..Particulars::below(Parent::ResourceSet)
            }),
            ..Listing::paged(
                "/api/v1/iam/resource-sets/{}/bindings",
                bucket::IAM,
                PageLimits::up_to(100, 100),
            )
        }),
        ..Row::LISTED
    });
}
