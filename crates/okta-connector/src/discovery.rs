//! The discovery of the attributes that an org has added to an object.
//!
//! They stand in the org's schemas. Where these may not be read, since a scope or an admin role is missing, they are
//! inferred from a page of records; without that, the fixed fields have to do. Only what passes by itself, such as an
//! outage, is a failure: attributes that are missing for an hour would look as if they were gone.

use crate::catalogue::schema::{Schema, field_of, is_name};
use crate::catalogue::{Field, Kind, Object, Pushdown, Schemas};
use crate::entity::{Entity, KnownFrom};
use crate::error::Error;
use crate::plan::Shape;
use crate::walk::references;
use appflow_connector::ErrorCode;
use futures_util::stream::{self, StreamExt as _};
use okta_client::{Client, ErrorKind, HttpService, OktaRequest};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::time::Instant;

/// The attributes that an org has added to an object, as fields.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    pub(crate) fields: Arc<[Field]>,
    pub(crate) known_from: KnownFrom,
}

impl Attributes {
    /// Adds them to `entity`, where `noted` names are what an earlier call of the run has noted. Where they are known from a sample, a selected name that none of them has may be one that
    /// no record of the sample has: it is delivered as Okta sends it.
    pub(crate) fn of(
        &self,
        entity: &Entity,
        selected: Option<&[String]>,
        noted: &[Field],
    ) -> Entity {
        let is_noted = |field: &&Field| noted.iter().any(|noted| noted.name == field.name);
        let known = match noted {
            [] => Arc::clone(&self.fields),
            _ => self.fields.iter().filter(|it| !is_noted(it)).chain(noted).cloned().collect(),
        };
        let entity = entity.clone().with(Arc::clone(&known), self.known_from);
        if self.known_from != KnownFrom::Sample {
            return entity;
        }
        let names: BTreeSet<_> = selected.unwrap_or_default().iter().collect();
        let unseen = names
            .into_iter()
            .filter(|name| is_name(name) && entity.field(name).is_none())
            .map(|name| field_of(name, Kind::Struct, name, Pushdown::default()));
        let fields = known.iter().cloned().chain(unseen).collect();
        entity.with(fields, self.known_from)
    }
}

/// The schema of the default type, where the types may not be listed.
const DEFAULT: &str = "default";

/// Asks Okta for the attributes of `object`, with `most` requests at once.
///
/// # Errors
///
/// Returns failures that pass by themselves, and the refusal of credentials.
pub(crate) async fn discover<H: HttpService>(
    client: &Client<H>,
    object: &Object,
    deadline: Instant,
    most: usize,
) -> Result<Attributes, Error> {
    let Some(schemas) = object.schemas else {
        return Ok(Attributes { fields: Arc::default(), known_from: KnownFrom::Catalogue });
    };
    let read = read_schemas(client, schemas, deadline, most).await?;
    if let Some(schema) = Schema::merged(read) {
        let fields = schema.fields(object, schemas.pushdown).into();
        return Ok(Attributes { fields, known_from: KnownFrom::Schemas });
    }
    let endpoint = object.endpoint;
    let request = OktaRequest::list(endpoint.path).with_limit(endpoint.page_size.unwrap_or(1));
    let sample = match client.get(&request, None, deadline).await {
        Ok(page) => Schema::infer(object, &page.body),
        Err(error) => refused(error, "a sample of records may not be read").map(|()| None)?,
    };
    tracing::warn!(
        entity = object.name,
        scope = schemas.scope,
        attributes = sample.as_ref().map(Schema::len),
        "the schemas may not be read: grant the scope and an admin role that manages profiles"
    );
    let fields =
        sample.map_or_else(Vec::new, |schema| schema.fields(object, Pushdown::default())).into();
    Ok(Attributes { fields, known_from: KnownFrom::Sample })
}

/// Reads the schemas of all types, as far as Okta shows them.
async fn read_schemas<H: HttpService>(
    client: &Client<H>,
    schemas: &Schemas,
    deadline: Instant,
    most: usize,
) -> Result<Vec<Schema>, Error> {
    let paths = match schemas.types {
        None => vec![schemas.path.to_owned()],
        Some(types) => {
            let ids = match client.get(&OktaRequest::list(types.path), None, deadline).await {
                Ok(page) => references(Shape::List, types.link, &page).unwrap_or_else(|error| {
                    tracing::warn!(%error, "the types cannot be read");
                    vec![DEFAULT.into()]
                }),
                Err(error) => {
                    refused(error, "the types may not be listed").map(|()| vec![DEFAULT.into()])?
                }
            };
            ids.iter().map(|id| format!("{}{id}", schemas.path)).collect()
        }
    };
    let reads: Vec<_> = paths.iter().map(|path| read(client, path, deadline)).collect();
    let mut answers = stream::iter(reads).buffered(most);
    let mut read = Vec::new();
    while let Some(answer) = answers.next().await {
        read.extend(answer?);
    }
    Ok(read)
}

async fn read<H: HttpService>(
    client: &Client<H>,
    path: &str,
    deadline: Instant,
) -> Result<Option<Schema>, Error> {
    match client.get(&OktaRequest::object(path.to_owned()), None, deadline).await {
        Ok(page) => {
            let schema = Schema::read(&page.body);
            if schema.is_none() {
                tracing::warn!(path, "Okta answered with something that is not a schema");
            }
            Ok(schema)
        }
        Err(error) => refused(error, "a schema may not be read").map(|()| None),
    }
}

/// Lets a refusal pass that lasts, and says so in the log.
fn refused(error: okta_client::Error, what: &'static str) -> Result<(), Error> {
    let is_gone = matches!(error.kind, ErrorKind::NotFound);
    let error = Error::from(error);
    if error.code.is_passing() || error.code == ErrorCode::InvalidCredentials {
        return Err(error);
    }
    if is_gone {
        tracing::info!(what, "there is none");
    } else {
        tracing::warn!(what, refusal = error.logged(), "Okta refused");
    }
    Ok(())
}
