import CEL
import Testing

@testable import HostFacts

@Suite struct PortForecastTests {
  private static let reuse = TimeWaitReuse(
    mode: 0, delay: 1000, length: 60_000, hasTimestamps: true)

  /// 1,000 ports, of which connections that stay open and rows in TIME_WAIT hold some.
  private static func forecast(
    open: Int = 0, remaining: [Int] = [], reusable: Int = 0, rate: Double,
    reuse: TimeWaitReuse = reuse, reuseApplies: Bool = false
  ) -> PortForecast {
    let held = open + remaining.count - reusable
    return PortForecast(
      .init(
        available: 1000, held: held, reusable: reusable, preferredTotal: 500,
        preferredHeld: min(held, 500)),
      rate: rate, remaining: remaining, reuse, reuseApplies: reuseApplies, from: .derived([]))
  }

  @Test func growsWithTheRateUntilTheFirstEnd() {
    let forecast = Self.forecast(open: 100, rate: 20)
    #expect(forecast.level == 1300)
    #expect(forecast.sustainableRate == 15)
    #expect(forecast.knee == 485)
    #expect(forecast.secondsUntilKnee.value == 19.25)
    #expect(forecast.secondsUntilFailure.value == 45)
    #expect(forecast.addressesNeeded == 2)
    #expect(forecast.requestsPerConnection == 2)
    #expect(forecast.levelWithReuse.value == 120)
  }

  @Test func rowsThatEndMakeWay() {
    // 300 rows of a burst end after 5 s: without them it takes 50 s, with them held 35.
    let burst = [Int](repeating: 5000, count: 300)
    #expect(Self.forecast(remaining: burst, rate: 20).secondsUntilFailure.value == 50)
    let late = [Int](repeating: 58_000, count: 300)
    #expect(Self.forecast(remaining: late, rate: 20).secondsUntilFailure.value == 35)
    // It is reached before the burst ends.
    let many = [Int](repeating: 5000, count: 950)
    #expect(Self.forecast(remaining: many, rate: 20).secondsUntilFailure.value == 2.5)
  }

  @Test func aSteadyRateIsBorne() {
    let forecast = Self.forecast(rate: 8)
    #expect(forecast.level == 480)
    #expect(forecast.secondsUntilKnee.value == nil)
    #expect(forecast.secondsUntilFailure.value == nil)
    #expect(forecast.addressesNeeded == 1)
    #expect(forecast.requestsPerConnection == 1)
  }

  @Test func withoutPortsItFailsAtOnce() {
    let forecast = Self.forecast(open: 1000, rate: 1)
    #expect(forecast.secondsUntilKnee.value == 0)
    #expect(forecast.secondsUntilFailure.value == 0)
    #expect(forecast.sustainableRate == 0)
    #expect(forecast.requestsPerConnection == 60)
  }

  @Test func reuseMakesTheRateALowerBound() {
    let forecast = Self.forecast(
      open: 10, remaining: [59_500, 30_000], reusable: 1, rate: 100, reuseApplies: true)
    #expect(forecast.hold == 1)
    #expect(forecast.level == 110)
    #expect(forecast.secondsUntilFailure.value == nil)
    #expect(forecast.levelWithReuse.value == nil)
  }

  @Test func withoutTimestampsReuseHelpsNothing() {
    let reuse = TimeWaitReuse(mode: 0, delay: 1000, length: 60_000, hasTimestamps: false)
    #expect(Self.forecast(rate: 20, reuse: reuse).levelWithReuse.value == nil)
  }
}
