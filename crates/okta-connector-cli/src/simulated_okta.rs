//! The simulated org behind the seam of HTTP.
//!
//! The simulator reads no clock and opens no socket: this gives it the time, waits as long as it says
//! and breaks the connections that it wants broken.

use bytes::Bytes;
use jiff::Timestamp;
use okta_client::{HttpError, HttpErrorKind, HttpService, MAX_PAGE_BYTES};
use okta_simulator::{Delivery, LoggedRequest, Simulator};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The clock of a simulated org.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The time of day.
    Wall,
    /// A time that follows the clock of tokio, which a test may have paused.
    Virtual {
        /// The time that it showed at the beginning.
        start: Timestamp,
        /// The beginning.
        since: Instant,
    },
}

impl Clock {
    /// Makes a virtual clock that shows `start` now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self::Virtual { start, since: Instant::now() }
    }

    /// Returns the time that it shows.
    pub fn now(self) -> Timestamp {
        match self {
            Self::Wall => Timestamp::now(),
            Self::Virtual { start, since } => start + since.elapsed(),
        }
    }
}

/// A transport to a simulator in this process. All its clones lead to the same simulator.
#[derive(Clone, Debug)]
pub struct SimulatedOkta {
    simulator: Arc<Mutex<Simulator>>,
    clock: Clock,
}

impl SimulatedOkta {
    /// Puts `simulator` behind the seam.
    pub fn new(simulator: Simulator, clock: Clock) -> Self {
        Self { simulator: Arc::new(Mutex::new(simulator)), clock }
    }

    /// Locks the simulator, to change it or to look at what arrived.
    pub fn simulator(&self) -> MutexGuard<'_, Simulator> {
        self.simulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the time at the org.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Answers a request that has arrived.
    pub fn answer(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let mut simulator = self.simulator();
        simulator.set_time(self.now());
        simulator.handle(request)
    }

    /// Answers a request that has arrived, and returns what the org wrote down of it, if it keeps requests.
    pub fn answer_and_log(
        &self,
        request: http::Request<Bytes>,
    ) -> (http::Response<Bytes>, Option<LoggedRequest>) {
        let mut simulator = self.simulator();
        simulator.set_time(self.now());
        let response = simulator.handle(request);
        (response, simulator.requests().last().cloned())
    }

    /// Carries an answer back: it takes as long, or breaks, as its [`Delivery`] says.
    ///
    /// # Errors
    ///
    /// [`HttpError`] if the answer takes longer than `timeout`, the connection breaks or the body is too large.
    pub async fn deliver(
        response: http::Response<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let delivery = response.extensions().get::<Delivery>();
        let delay = delivery.map_or(Duration::ZERO, |delivery| delivery.delay);
        let is_cut = delivery.is_some_and(|delivery| delivery.cut_after.is_some());
        tokio::time::sleep(delay.min(timeout)).await;
        let fail = |kind| Err(HttpError { kind, cause: "simulated".to_owned() });
        match (delay > timeout, is_cut) {
            (true, _) => fail(HttpErrorKind::Timeout),
            (false, true) => fail(HttpErrorKind::Interrupted),
            (false, false) if response.body().len() > MAX_PAGE_BYTES => {
                fail(HttpErrorKind::TooLarge)
            }
            (false, false) => Ok(response),
        }
    }
}

impl HttpService for SimulatedOkta {
    async fn call(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, HttpError> {
        Self::deliver(self.answer(request), timeout).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use okta_simulator::Org;

    const START: Timestamp = Timestamp::constant(1_767_225_600, 0);
    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn answers_are_delivered_as_they_say() {
        let late =
            |seconds, cut_after| Some(Delivery { delay: Duration::from_secs(seconds), cut_after });
        let rows = [
            (None, Ok(()), 0),
            (late(10, None), Ok(()), 10),
            (late(11, None), Err(HttpErrorKind::Timeout), 10),
            (late(3, Some(5)), Err(HttpErrorKind::Interrupted), 3),
            (late(11, Some(5)), Err(HttpErrorKind::Timeout), 10),
        ];
        for (delivery, expected, seconds) in rows {
            let mut response = http::Response::new(Bytes::new());
            if let Some(delivery) = delivery {
                response.extensions_mut().insert(delivery);
            }
            let began = Instant::now();
            let outcome = SimulatedOkta::deliver(response, 10 * SECOND).await;
            let outcome = outcome.map(|_| ()).map_err(|error| error.kind);
            assert_eq!((outcome, began.elapsed().as_secs()), (expected, seconds), "{delivery:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_too_large_is_refused() {
        for (length, expected) in
            [(MAX_PAGE_BYTES, None), (MAX_PAGE_BYTES + 1, Some(HttpErrorKind::TooLarge))]
        {
            let response = http::Response::new(vec![b' '; length].into());
            let outcome = SimulatedOkta::deliver(response, SECOND).await;
            assert_eq!(outcome.err().map(|error| error.kind), expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_org_lives_on_the_virtual_clock() {
        let okta =
            SimulatedOkta::new(Simulator::new(Org::generate(1, 1)), Clock::starting_at(START));
        okta.simulator().set_latency(2 * SECOND);
        for seconds in [0, 2] {
            let request = http::Request::get("https://acme.okta.com/api/v1/users");
            let request = request.body(Bytes::new()).unwrap();
            okta.call(request, 10 * SECOND).await.unwrap();
            let arrived = okta.simulator().requests().last().unwrap().time;
            assert_eq!(arrived, START + seconds * SECOND);
        }
    }
}
