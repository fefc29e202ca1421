internal import JSON
internal import Rules

/// What was gone within the last week: it may come and go with the load of the minute, and is news the
/// first times only.
public struct RunHistory: Hashable, Sendable {
  /// Seconds; an hour less, for a daily run may come some seconds sooner.
  private static let week = 7 * 86_400 - 3600
  /// Things that are remembered, those that left last.
  static let most = 5000
  /// Returns of each that are remembered: hourly runs may see many.
  static let mostReturns = 20

  var records: [Key: Record] = [:]

  /// The fingerprint of a finding, or what names something that could not be judged.
  typealias Key = String

  struct Record: Hashable, Sendable {
    /// When it was last gone, in seconds since 1970.
    var left: Int
    /// The worst that it was when it was gone; nil for what could not be judged.
    var severity: Severity?
    /// When it was there again.
    var returns: [Int] = []
  }

  /// - Parameter now: seconds since 1970; nil where nobody knows.
  mutating func forget(at now: Int?) {
    guard let now else { return }
    records = records.compactMapValues { record in
      var record = record
      // Clocks are set back, too.
      record.left = min(record.left, now)
      record.returns = record.returns.map { min($0, now) }.filter {
        !Self.isWeek(from: $0, to: now)
      }
      return record.returns.isEmpty && Self.isWeek(from: record.left, to: now) ? nil : record
    }
  }

  mutating func leave(_ key: Key, _ severity: Severity? = nil, at now: Int?) {
    guard let now else { return }
    var record = records[key] ?? Record(left: now)
    record.left = now
    if let severity { record.severity = max(record.severity ?? severity, severity) }
    records[key] = record
  }

  /// - Returns: How often it has been back within a week, this time included; 0 where it was not there
  ///   within the last one.
  mutating func comeBack(_ key: Key, at now: Int?) -> Int {
    guard let now, var record = records[key] else { return 0 }
    record.returns = (record.returns + [now]).suffix(Self.mostReturns)
    records[key] = record
    return record.returns.count
  }

  /// Those that left first make room.
  mutating func bound() {
    guard records.count > Self.most else { return }
    let kept = records.sorted { ($1.value.left, $0.key) < ($0.value.left, $1.key) }.prefix(
      Self.most)
    records = Dictionary(kept.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether a week has passed, whatever is written in a state.
  static func isWeek(from start: Int, to now: Int) -> Bool {
    let (seconds, overflow) = now.subtractingReportingOverflow(start)
    return overflow || seconds >= week
  }
}

extension RunState.Subject {
  /// No rule has blanks in its name, nor a fingerprint.
  var key: RunHistory.Key { "unknown \(rule) \(subject)" }
}

extension RunHistory.Record: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    left = try json.member("left")
    let name: String? = try json.member("severity")
    severity = name.flatMap(Severity.init(rawValue:))
    returns = Array((try json.member("returns") as [Int]).suffix(RunHistory.mostReturns))
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("left", left)
      writer.member("severity", severity?.rawValue)
      writer.member("returns", returns)
    }
  }
}
