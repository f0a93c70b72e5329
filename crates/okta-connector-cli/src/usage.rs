//! The means that a process has used up, as Linux counts them.

use anyhow::Context as _;
use std::ops::Sub;
use std::time::Duration;

/// The processor time and the page faults of a process. The difference of two is what happened in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The time that processors spent on its threads that still run, in the program and in the kernel.
    pub cpu: Duration,
    /// The times that memory had to be mapped in which needed no disk.
    pub minor_faults: u64,
}

impl Usage {
    /// Reads what the process with this number has used up.
    pub(crate) fn of(process: u32) -> anyhow::Result<Self> {
        let mut cpu = Duration::ZERO;
        // The times of `stat` are in hundredths of a second; those of the scheduler are exact.
        for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
            let times = std::fs::read_to_string(task?.path().join("schedstat"))?;
            let nanoseconds = times.split(' ').next().context("an empty schedstat")?;
            cpu += Duration::from_nanos(nanoseconds.parse()?);
        }
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        // The name of the program, which may hold anything, stands in parentheses in front of the rest.
        let (_, rest) = stat.rsplit_once(") ").context("no program in stat")?;
        let minor_faults = rest.split(' ').nth(7).context("no page faults in stat")?.parse()?;
        Ok(Self { cpu, minor_faults })
    }
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(earlier.cpu),
            minor_faults: self.minor_faults.saturating_sub(earlier.minor_faults),
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::Usage;

    #[test]
    fn what_is_used_in_between_is_the_difference() {
        let before = Usage::of(std::process::id()).unwrap();
        let touched = vec![1u8; 8 << 20];
        let sum: u64 = std::hint::black_box(&touched).iter().map(|&byte| u64::from(byte)).sum();
        let used = Usage::of(std::process::id()).unwrap() - before;
        assert_eq!(sum, 8 << 20);
        assert!(used.minor_faults > 0 && !used.cpu.is_zero(), "{used:?}");
    }
}
