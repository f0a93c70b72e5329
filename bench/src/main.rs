//! `make bench`: what the product costs, in one table. `make bench SECTIONS=instructions` measures a part
//! of it, and keeps no report.
//!
//! Figures come with a ratio against something that was measured in the same run, since machines
//! differ. What waits for Okta runs on a simulated clock; what starts processes is measured for real;
//! what works on records is counted in instructions.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

mod budget;
mod instructions;
mod lanes;
mod processes;
mod report;
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
        okta_connector: variable("OKTA_CONNECTOR")?,
    };
    let (pages, report) = (variable("PAGES")?, variable("REPORT")?);
    let wanted: Vec<_> = std::env::args().skip(1).collect();
    let sections: [(&str, Measure<'_>); 5] = [
        ("starts", Box::new(|| processes::starts(&programs))),
        ("instructions", Box::new(|| instructions::rows(&pages))),
        ("memory", Box::new(|| processes::memory(&programs))),
        ("requests", Box::new(budget::rows)),
        ("lanes", Box::new(lanes::rows)),
    ];
    let mut rows = Vec::new();
    for (name, measure) in sections {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            eprintln!("measuring {name}");
            rows.extend(measure()?);
        }
    }
    let machine = machine()?;
    print!("\n{machine}\n\n{}", report::table(&rows));
    if wanted.is_empty() {
        std::fs::write(&report, format!("{:#}\n", report::json(&machine, &rows)))?;
        eprintln!("\nwritten to {report}");
    }
    Ok(())
}

type Measure<'a> = Box<dyn FnOnce() -> anyhow::Result<Vec<Row>> + 'a>;

/// What this was measured on.
fn machine() -> anyhow::Result<String> {
    let processors = std::fs::read_to_string(Path::new("/proc/cpuinfo"))?;
    let models: Vec<_> = processors.lines().filter(|line| line.starts_with("model name")).collect();
    let model = models.first().and_then(|line| line.split_once(": ")).map_or("?", |(_, it)| it);
    Ok(format!("{} × {model}, {}", models.len(), std::env::consts::ARCH))
}
