//! A question explained: what Okta would be asked, why, what that costs and who may do it.

mod estimate;

use super::entity_name::EntityName;
use super::org::{OrgArguments, REAL_ORG};
use super::print;
use super::question::Question;
use super::terminal::print_text;
use clap::Args;
use estimate::{Assumption, Estimate};
use okta_connector::catalogue::Object;
use okta_connector::plan::Explanation;

/// Print what Okta would be asked.
#[derive(Debug, Args)]
#[command(after_help = format!("{REAL_ORG}\n\n{EXAMPLES}"))]
pub(crate) struct Explain {
    /// The entity: `okta-connector entities` lists all.
    #[arg(value_parser = EntityName, hide_possible_values = true)]
    entity: &'static Object,
    #[command(flatten)]
    question: Question,
    /// The number of records to reckon with, or of the objects above them: `Group=300`.
    #[arg(long, value_name = "[ENTITY=]N")]
    assume: Vec<Assumption>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    org: OrgArguments,
}

const EXAMPLES: &str = "\
Examples:
  okta-connector explain User --filter \"lastUpdated >= 2024-05-01\"
  okta-connector explain GroupMember --assume 50000 --assume Group=300 --json";

/// The name of the flow in requests.
const FLOW: &str = "explain";

impl Explain {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let explanation = self.question.explain(self.entity, &self.org, FLOW).await?;
        if self.json {
            let estimate = Estimate::new(&explanation, &self.assume)?;
            let mut json = serde_json::to_value(&explanation)?;
            json["estimate"] = serde_json::to_value(&estimate)?;
            return print(&format!("{json:#}\n"));
        }
        print_text(&words(&explanation, &self.assume)?)
    }
}

/// Writes an explanation for people, with what it costs.
pub(super) fn words(explanation: &Explanation, assume: &[Assumption]) -> anyhow::Result<String> {
    let estimate = Estimate::new(explanation, assume)?;
    Ok(format!("{explanation}\nCost\n{estimate}"))
}
