//! Records of real orgs come out as they were recorded, if the recordings lie beside the checkout.

use crate::brute_force::{Assignment, Entity, expected_record};
use crate::collections::{is_relation, records};
use crate::parity::tally;
use crate::support::{World, query, top};
use okta_connector::catalogue::OBJECTS;
use okta_simulator::{Collection, Org};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn texts(folder: &Path) -> Vec<(Collection, String)> {
    let folders = [folder.to_owned(), folder.join("relations")];
    let read = |collection: &Collection| {
        let mut files = folders.iter().map(|folder| folder.join(collection.file_name()));
        Some((*collection, files.find_map(|file| std::fs::read_to_string(file).ok())?))
    };
    Collection::ALL.iter().filter_map(read).collect()
}

/// Adds the objects above recorded records that were not recorded themselves.
fn complete(org: &mut Org, texts: &[(Collection, String)]) {
    for (below, text) in texts {
        let (above, id) = match below.parent() {
            Some(above) => (above, "/parent"),
            // Those who have a role are users.
            None if *below == Collection::RoleAssignees => (Collection::Users, "/record/id"),
            None => continue,
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let line: Value = serde_json::from_str(line).unwrap();
            let parent = line.pointer(id).and_then(Value::as_str).unwrap();
            if org.get(above, parent).is_none() {
                let mut copy = org.records(above).next().unwrap().clone();
                copy["id"] = parent.into();
                org.put(above, copy);
            }
            if *below == Collection::ClientRoles {
                let mut client = org.get(above, parent).unwrap().clone();
                client["credentials"]["oauthClient"]["client_id"] = parent.into();
                org.put(above, client);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn recorded_records_come_out_as_recorded() {
    let folder = top().join(["..", "shared", "data", "recorded"].iter().collect::<PathBuf>());
    if !folder.is_dir() {
        println!("*** SKIPPED: there are no recordings beside this checkout ***");
        return;
    }
    let texts = texts(&folder);
    assert!(!texts.is_empty(), "{} holds no file of an org", folder.display());
    let files = texts.iter().map(|(collection, text)| (*collection, text.as_str()));
    let mut org = Org::from_json_lines(files).unwrap();
    complete(&mut org, &texts);
    let world = World::new(org);
    for entity in OBJECTS.map(|object| object.name) {
        let expected = records(world.simulator().org(), entity);
        // Of what a recorded org has none, nothing is known.
        if expected.is_empty() {
            continue;
        }
        // The recordings are of several orgs, so that some names by which pages follow each other stand there twice.
        let in_one_page = is_relation(entity) || entity == "NetworkZone";
        let page = if in_one_page { 1_000 } else { 5 };
        let found = world.run(&query(entity, &json!({ "maxResults": page }))).await;
        let found = found.unwrap_or_else(|error| panic!("{entity}: {error}"));
        let found = found.into_iter().map(|record| record.as_object().unwrap().clone());
        let described = Entity::of(entity, world.simulator().org());
        let expected = expected
            .iter()
            .map(|record| expected_record(&described, record, None, &Assignment::default()));
        assert_eq!(tally(found, &[]), tally(expected, &[]), "{entity}");
    }
}
