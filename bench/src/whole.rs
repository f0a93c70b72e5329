//! The costs of the whole process for each record, from the first byte that it reads to the last byte that it
//! writes, against those of a process that does nothing but copy: `bin/floor.rs`.

use crate::callgrind::Callgrind;
use crate::processes::{Programs, TIME, query, start, start_sandbox};
use crate::report::Row;
use crate::world::{SIZES, TEN_FIELDS};
use okta_connector_cli::{HostedFunction, Sandbox, Usage};
use serde_json::{Value, json};

/// The records of an answer: what AppFlow asks for unless told otherwise.
const PER_CALL: usize = 1_000;

/// The calls of a run that is counted, with those that it takes until everything is warm.
const WARM: usize = 2;
const CALLS: usize = 10;

/// Repetitions of what is measured in time, of which the fastest counts.
const TIMES: usize = 5;

/// A program and the event with which a flow of it begins.
struct Subject<'a> {
    program: &'a str,
    event: Value,
}

/// A flow of users, call by call.
struct Flow {
    event: Value,
}

impl Flow {
    /// Makes a call and returns the number of its records.
    fn call(&mut self, function: &mut HostedFunction) -> anyhow::Result<usize> {
        let answer = function.invoke(self.event.to_string().as_bytes(), TIME)?;
        function.accept()?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let error = &answer["errorDetails"];
        anyhow::ensure!(error.is_null(), "{error}");
        self.event["nextToken"] = answer["nextToken"].clone();
        Ok(answer["records"].as_array().map_or(0, Vec::len))
    }

    fn go_on(&mut self, function: &mut HostedFunction, calls: usize) -> anyhow::Result<()> {
        for _ in 0..calls {
            let records = self.call(function)?;
            anyhow::ensure!(records == PER_CALL, "{records} records");
        }
        Ok(())
    }

    fn go_to_the_end(&mut self, function: &mut HostedFunction, users: usize) -> anyhow::Result<()> {
        let mut records = self.call(function)?;
        while !self.event["nextToken"].is_null() {
            records += self.call(function)?;
        }
        anyhow::ensure!(records == users, "{records} of {users}");
        Ok(())
    }
}

impl Subject<'_> {
    fn flow(&self) -> Flow {
        Flow { event: self.event.clone() }
    }

    /// Returns the instructions for each record, without those that it takes to start.
    fn instructions(&self, sandbox: &Sandbox) -> anyhow::Result<f64> {
        let count = |calls| self.count(sandbox, |flow, function| flow.go_on(function, calls));
        let (many, few) = (count(WARM + CALLS)?, count(WARM)?);
        Ok(many.saturating_sub(few) as f64 / (CALLS * PER_CALL) as f64)
    }

    /// Returns the instructions of a process from its start on.
    fn count(
        &self,
        sandbox: &Sandbox,
        walk: impl FnOnce(&mut Flow, &mut HostedFunction) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        let environment = sandbox.urls().environment();
        let walk = |function: &mut HostedFunction| walk(&mut self.flow(), function);
        Callgrind::new().count_function(self.program, &environment, walk)
    }

    /// Returns what the calls of a warm process use up.
    fn usage(&self, sandbox: &Sandbox) -> anyhow::Result<Usage> {
        let mut function = start(self.program, &sandbox.urls().environment())?;
        function.first_request()?;
        let mut flow = self.flow();
        flow.go_on(&mut function, WARM)?;
        let before = function.usage()?;
        flow.go_on(&mut function, CALLS)?;
        Ok(function.usage()? - before)
    }
}

/// Measures instructions, processor time and page faults.
pub(crate) fn rows(programs: &Programs) -> anyhow::Result<Vec<Row>> {
    let sandbox = start_sandbox(&programs.okta_connector, (WARM + CALLS + 1) * PER_CALL, &[])?;
    let projected = "&fields=id,status,created,lastUpdated,\
                     profile:(login,email,firstName,lastName,department,title)";
    let mut rows = Vec::new();
    for (name, fields, projected) in
        [("all fields", None, ""), ("ten fields", Some(TEN_FIELDS), projected)]
    {
        let flow = json!({ "selectedFieldNames": fields, "maxResults": PER_CALL });
        let ours =
            Subject { program: &programs.bootstrap, event: one_lane(query(&sandbox, &flow)) };
        let floor = Subject {
            program: &programs.floor,
            event: json!({
                "org": sandbox.urls().org,
                "path": format!("/api/v1/users?search=status+pr&limit=200{projected}"),
                "maxResults": PER_CALL,
            }),
        };
        let (counted, least) = (ours.instructions(&sandbox)?, floor.instructions(&sandbox)?);
        rows.push(Row::new(
            format!(
                "instructions of the process for a record of {name}, against one that only copies"
            ),
            format!("{counted:.0} / {least:.0}"),
            counted / least,
        ));
        let (mut used, mut least) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            used.push(ours.usage(&sandbox)?);
            least.push(floor.usage(&sandbox)?);
        }
        let (cpu, least_cpu) = (cpu(&used), cpu(&least));
        rows.push(Row::new(
            format!(
                "processor time of the process for a record of {name}, against one that only copies"
            ),
            format!("{cpu:.1} µs / {least_cpu:.1} µs"),
            cpu / least_cpu,
        ));
        let (faults, least_faults) = (faults(&used), faults(&least));
        rows.push(Row::new(
            format!(
                "page faults of a warm call of {PER_CALL} records of {name}, against one that only copies"
            ),
            format!("{faults:.0} / {least_faults:.0}"),
            faults / least_faults.max(1.0),
        ));
    }
    rows.extend(by_size(programs)?);
    Ok(rows)
}

/// Counts the instructions of whole runs, from the start of the process to the last user of an org. The largest org is left
/// out: callgrind would take minutes.
fn by_size(programs: &Programs) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut smallest = None;
    for users in SIZES.into_iter().take(SIZES.len() - 1) {
        let sandbox = start_sandbox(&programs.okta_connector, users, &[])?;
        let flow = json!({ "selectedFieldNames": TEN_FIELDS, "maxResults": PER_CALL });
        let subject =
            Subject { program: &programs.bootstrap, event: one_lane(query(&sandbox, &flow)) };
        let counted =
            subject.count(&sandbox, |flow, function| flow.go_to_the_end(function, users))?;
        let counted = counted as f64 / users as f64;
        let against = *smallest.get_or_insert(counted);
        let row = Row::new(
            format!(
                "instructions for a record in a whole run over {users} users, against {}",
                SIZES[0]
            ),
            format!("{counted:.0} / {against:.0}"),
            counted / against,
        );
        rows.push(
            row.drawn("instructions", json!({ "users": users, "instructions": counted.round() })),
        );
    }
    Ok(rows)
}

/// Has an event walked in one lane: how often a listing is split depends on the time that a page takes, and callgrind takes
/// its own.
fn one_lane(mut event: Value) -> Value {
    event["connectorContext"]["connectorRuntimeSettings"]["maxConcurrentRequests"] = "1".into();
    event
}

/// Returns the microseconds for a record in the fastest of some runs.
fn cpu(runs: &[Usage]) -> f64 {
    let fastest = runs.iter().map(|usage| usage.cpu).min().unwrap_or_default();
    fastest.as_secs_f64() * 1e6 / (CALLS * PER_CALL) as f64
}

/// Returns the page faults of a call in the run that has the fewest.
fn faults(runs: &[Usage]) -> f64 {
    runs.iter().map(|usage| usage.minor_faults).min().unwrap_or_default() as f64 / CALLS as f64
}
