//! Roles of client applications, `/oauth2/v1/clients/{id}/roles`, all at once.

use serde_json::json;

use super::group_roles::{custom_role, one_of_standard};
use crate::bucket;
use crate::collection::{Batch, Collection, Listing, Made, Row};
use crate::maker::Maker;
use crate::particulars::{Parent, Particulars};

impl Collection {
    /// Roles of client applications, `/oauth2/v1/clients/{}/roles`.
    pub const ClientRoles: Self = Self::new(&Row {
        name: "ClientRoles",
        file_name: "client_roles.jsonl",
        id_prefix: "ra1",
        type_name: "Role",
        scope: "okta.roles.read",
        listing: Some(Listing {
            particulars: Some(&Particulars {
                for_super_administrators: true,
                ..Particulars::below(Parent::Client)
            }),
            ..Listing::whole("/oauth2/v1/clients/{}/roles", bucket::CLIENTS)
        }),
        generate,
        ..Row::LISTED
    });
}

/// Gives roles to every other application that is an OAuth client.
fn generate(maker: &mut Maker, made: &Made) -> Batch {
    let maker = &mut maker.fork("ClientRoles");
    let apps = made.records(Collection::Apps);
    let clients = apps.filter(|app| app["signOnMode"] == "OPENID_CONNECT");
    let mut roles = Vec::new();
    for (index, app) in clients.step_by(2).enumerate() {
        let id = app["id"].as_str().unwrap_or_default();
        let standard = one_of_standard(maker, Collection::ClientRoles, id, index + 6);
        let custom = custom_role(maker, made, Collection::ClientRoles, id);
        let all = [Some(standard), custom].into_iter().flatten();
        roles.extend(all.map(|role| json!({ "parent": id, "record": role })));
    }
    roles.into_iter().collect()
}
