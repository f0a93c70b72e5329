//! `make bench`: the costs of the product, in one table. `make bench SECTIONS=instructions`
//! measures a part of it, and keeps no report; `make bench BEFORE=report.json` puts the figures of an earlier
//! report beside today's.
//!
//! Figures come with a ratio against something that was measured in the same run, since machines
//! differ. Sections that wait for Okta run on a simulated clock; those that start processes are
//! measured for real; those that work on records are counted in instructions.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

mod budget;
mod callgrind;
mod changes;
mod instructions;
mod lanes;
mod members;
mod planning;
mod processes;
mod report;
mod transfer;
mod whole;
mod world;

use processes::Programs;
use report::Row;
use std::path::Path;

fn main() -> anyhow::Result<()> {
    let variable = |name: &str| {
        std::env::var(name).map_err(|_| anyhow::anyhow!("{name} is not set: run `make bench`"))
    };
    let programs = Programs {
        bootstrap: variable("BOOTSTRAP")?,
        bare: variable("BARE")?,
        floor: variable("FLOOR")?,
        okta_connector: variable("OKTA_CONNECTOR")?,
    };
    let (pages, report) = (variable("PAGES")?, variable("REPORT")?);
    let wanted: Vec<_> = std::env::args().skip(1).collect();
    let sections: [(&str, Measure<'_>); 12] = [
        ("starts", Box::new(|| processes::starts(&programs))),
        ("service-app", Box::new(|| processes::service_app(&programs))),
        ("cold", Box::new(|| processes::cold(&programs))),
        ("whole", Box::new(|| whole::rows(&programs))),
        ("instructions", Box::new(|| instructions::rows(&pages))),
        ("memory", Box::new(|| processes::memory(&programs))),
        ("planning", Box::new(planning::rows)),
        ("requests", Box::new(budget::rows)),
        ("changes", Box::new(changes::rows)),
        ("members", Box::new(members::rows)),
        ("together", Box::new(budget::together)),
        ("lanes", Box::new(lanes::rows)),
    ];
    let mut rows = Vec::new();
    for (name, measure) in sections {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            eprintln!("measuring {name}");
            rows.extend(measure()?);
        }
    }
    if let Ok(before) = variable("BEFORE") {
        report::compare(&mut rows, &before)?;
    }
    let machine = machine()?;
    print!("\n{machine}\n\n{}", report::table(&rows));
    if wanted.is_empty() {
        std::fs::write(&report, report::json(&machine, &rows))?;
        eprintln!("\nwritten to {report}");
    }
    Ok(())
}

type Measure<'a> = Box<dyn FnOnce() -> anyhow::Result<Vec<Row>> + 'a>;

/// Names the machine on which this was measured.
fn machine() -> anyhow::Result<String> {
    let processors = std::fs::read_to_string(Path::new("/proc/cpuinfo"))?;
    let models: Vec<_> = processors.lines().filter(|line| line.starts_with("model name")).collect();
    let model = models.first().and_then(|line| line.split_once(": ")).map_or("?", |(_, it)| it);
    Ok(format!("{} × {model}, {}", models.len(), std::env::consts::ARCH))
}
