//! The filter and the fields of a question, read and checked before anything is asked.

use super::describe::described;
use super::org::{Org, OrgArguments, OrgConnector};
use super::refusal::{place_of, pointed};
use appflow_connector::request::QueryDataRequest;
use appflow_connector::{Filter, Operation};
use clap::Args;
use okta_connector::Error;
use okta_connector::catalogue::Object;
use okta_connector::entity::{Entity, nearest};
use okta_connector::plan::{Explanation, Plan};
use okta_connector::query::{Preferences, Query};
use okta_connector_cli::Clock;

/// A filter and fields.
#[derive(Debug, Args)]
pub(crate) struct Question {
    /// A filter expression, as AppFlow writes it.
    #[arg(long)]
    filter: Option<String>,
    /// The fields to map, separated by commas; all if left out.
    #[arg(long, value_delimiter = ',')]
    fields: Option<Vec<String>>,
}

impl Question {
    /// Explains how Okta is asked for records of `object`. The org is asked only for attributes of its own, and for a
    /// number of records that one request tells exactly.
    pub(crate) async fn explain(
        &self,
        object: &'static Object,
        org: &OrgArguments,
        flow: &str,
    ) -> anyhow::Result<Explanation> {
        let filter = self.read_filter()?;
        if let Some(name) = self.names_beside(object, &filter).first()
            && object.schemas.is_some()
        {
            const HINT: &str = "Attributes of an org are known in that org: --org demo takes the embedded one, \
                                OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN take a real one";
            let Some(org) = org.find(Clock::Wall)? else {
                return Err(self.unknown(&Entity::fixed(object), name, HINT));
            };
            let connector = org.connector()?;
            self.check_names(object, &org, &connector, flow).await?;
            return self.explain_in(object, &org, &connector, flow).await;
        }
        let entity = Entity::fixed(object);
        self.check(object, &entity, &filter)?;
        let query = Query::new(entity, &filter, self.fields.as_deref(), Preferences::default());
        let query = query.map_err(|error| self.pointing(&error))?;
        let explanation = Explanation::new(&filter, &query, &Plan::new(&query));
        if explanation.can_be_counted()
            && let Some(org) = org.find(Clock::Wall)?
        {
            let connector = org.connector()?;
            return self.explain_in(object, &org, &connector, flow).await;
        }
        Ok(explanation)
    }

    async fn explain_in(
        &self,
        object: &Object,
        org: &Org,
        connector: &OrgConnector,
        flow: &str,
    ) -> anyhow::Result<Explanation> {
        let limit = Operation::QueryData.time_limit();
        let request = self.request(object, org, flow, None);
        connector.explain(&request, limit).await.map_err(|error| self.pointing(&error))
    }

    /// Checks that the entity has the fields that are named, as AppFlow does when a flow is made. The org is asked only if
    /// its own attributes may be among them.
    pub(crate) async fn check_names(
        &self,
        object: &Object,
        org: &Org,
        connector: &OrgConnector,
        flow: &str,
    ) -> anyhow::Result<()> {
        let filter = self.read_filter()?;
        let entity = match self.names_beside(object, &filter).is_empty() {
            true => Entity::fixed(object),
            false => described(object, org, connector, flow).await?,
        };
        self.check(object, &entity, &filter)
    }

    /// Makes the request for a page of records of `object`.
    pub(crate) fn request(
        &self,
        object: &Object,
        org: &Org,
        flow: &str,
        next_token: Option<String>,
    ) -> QueryDataRequest {
        QueryDataRequest {
            entity_identifier: object.name.to_owned(),
            connector_context: org.context(flow),
            selected_field_names: self.fields.clone(),
            filter_expression: self.filter.clone(),
            next_token,
            ..QueryDataRequest::default()
        }
    }

    fn read_filter(&self) -> anyhow::Result<Filter> {
        let text = self.filter.as_deref().unwrap_or_default();
        Filter::parse(text).map_err(|error| {
            let message = format!("--filter cannot be read. {}", error.message());
            pointed(text, error.span(), &message)
        })
    }

    /// Returns the names that none of the fixed fields has.
    fn names_beside<'a>(&'a self, object: &Object, filter: &'a Filter) -> Vec<&'a str> {
        let fields = self.fields.iter().flatten().map(String::as_str);
        let mut names: Vec<_> = fields.filter(|name| !name.is_empty()).collect();
        if let Some(condition) = &filter.condition {
            condition.for_each_name(&mut |name| names.push(name));
        }
        names.retain(|name| object.field(name).is_none());
        names
    }

    fn check(&self, object: &Object, entity: &Entity, filter: &Filter) -> anyhow::Result<()> {
        let is_there = |name: &str| entity.fields().any(|(_, field)| field.name == name);
        let beside = self.names_beside(object, filter);
        match beside.into_iter().find(|name| !is_there(name)) {
            Some(name) => Err(self.unknown(entity, name, "")),
            None => Ok(()),
        }
    }

    /// Says that an entity has no field of a name, and where the filter names it.
    fn unknown(&self, entity: &Entity, name: &str, hint: &str) -> anyhow::Error {
        let names: Vec<_> = entity.fields().map(|(_, field)| &*field.name).collect();
        let mut message = format!("{} has no field {name}", entity.object.name);
        if let Some(nearest) = nearest(name, &names) {
            message.push_str(&format!(". The nearest name is {nearest}"));
        }
        if !hint.is_empty() {
            message.push_str(&format!(". {hint}"));
        }
        match self.fields.iter().flatten().any(|field| field == name) {
            true => anyhow::anyhow!(message),
            false => self.pointed_at(name, &message),
        }
    }

    /// Points at the field that a refusal begins with, if the filter names it.
    fn pointing(&self, error: &Error) -> anyhow::Error {
        let message = error.to_string();
        let name = message.split(' ').next().unwrap_or_default();
        self.pointed_at(name, &message)
    }

    fn pointed_at(&self, name: &str, message: &str) -> anyhow::Error {
        let filter = self.filter.as_deref().unwrap_or_default();
        match place_of(name, filter) {
            Some(place) => pointed(filter, place, message),
            None => anyhow::anyhow!("{message}"),
        }
    }
}
