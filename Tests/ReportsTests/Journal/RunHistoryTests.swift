import Rules
import Testing

@testable import Reports

@Suite struct RunHistoryTests {
  /// A daily run may come an hour sooner.
  private static let week = 7 * 86_400 - 3600

  @Test func aWeekIsRemembered() {
    var history = RunHistory()
    history.leave("a", .high, at: 100)
    history.forget(at: 99 + Self.week)
    #expect(history.records["a"] == .init(left: 100, severity: .high))
    history.forget(at: 100 + Self.week)
    #expect(history == RunHistory())
    #expect(history.comeBack("a", at: 100) == 0)
    #expect(history == RunHistory())
  }

  @Test func whereNobodyKnowsTheTimeNothingIsLearnt() {
    var history = RunHistory()
    history.leave("a", .low, at: nil)
    #expect(history == RunHistory())
    history.leave("a", .low, at: 100)
    let before = history
    history.forget(at: nil)
    #expect(history.comeBack("a", at: nil) == 0)
    #expect(history == before)
  }

  /// Or a state that somebody has written.
  @Test func aClockThatWasAheadIsNotBelieved() {
    var history = RunHistory()
    history.records["a"] = .init(left: .max, returns: [.max, .min, 5])
    history.forget(at: 10)
    #expect(history.records["a"] == .init(left: 10, returns: [10, 5]))
    history.records["a"] = .init(left: .min)
    history.forget(at: 10)
    #expect(history == RunHistory())
  }

  @Test func itIsBounded() {
    var history = RunHistory()
    for number in 0..<RunHistory.most + 3 { history.leave("\(number)", at: number) }
    history.bound()
    #expect(history.records.count == RunHistory.most)
    #expect(history.records["2"] == nil && history.records["3"] != nil)
    var counts: [Int] = []
    for now in 0..<30 { counts.append(history.comeBack("3", at: now)) }
    #expect(counts.last == RunHistory.mostReturns)
    #expect(history.records["3"]?.returns.last == 29)
  }
}
