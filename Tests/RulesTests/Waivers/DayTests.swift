import Rules
import Testing

@Suite struct DayTests {
  @Test(arguments: ["2026-01-01", "2024-02-29", "2000-02-29", "0001-12-31", "9999-12-31"])
  func readsDays(_ text: String) throws {
    #expect(try #require(Day(text)).description == text)
  }

  @Test(arguments: [
    "", "2026", "2026-1-1", "2026-13-01", "2026-00-10", "2026-02-29", "1900-02-29", "2026-04-31",
    "2026-01-00", "0000-01-01", "26-01-01", "2026-01-01 ", "2026-01-01T00:00:00Z", "２026-01-01",
    "+026-01-01", "2026/01/01", "2026-01-01-",
  ])
  func refusesWhatIsNoDay(_ text: String) { #expect(Day(text) == nil) }

  @Test func ordersAndCounts() throws {
    let first = try #require(Day("2023-12-31"))
    let days: [(String, Int)] = [
      ("2024-01-01", 1), ("2024-02-29", 60), ("2024-03-01", 61), ("2024-12-31", 366),
      ("2023-12-30", -1), ("2023-12-31", 0), ("2100-03-01", 27_819),
    ]
    for (text, distance) in days {
      let day = try #require(Day(text))
      #expect(day.days(since: first) == distance, "\(text)")
      #expect((first < day) == (distance > 0))
    }
  }
}
