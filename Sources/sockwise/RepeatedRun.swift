import HostFacts
import Reports
import Rules

/// A run that is one of several: it knows what the last one left.
struct RepeatedRun {
  private let directory: StateDirectory?
  /// Empty where there was no run before; nil where nothing is kept.
  let last: RunState?
  private let refusal: String?
  /// See `StateDirectory.Found`.
  private let isUnread: Bool
  private let mode: JournalArgument?

  init(_ choice: JournalChoice, scope: String) {
    mode = choice.journal
    directory = choice.directory(scope: scope)
    let found = directory?.read()
    last = found.map { $0.state ?? RunState() }
    refusal = found?.refusal
    isUnread = found?.isUnread ?? false
  }

  /// What the reader should know of the last run.
  var notices: [Notice] {
    if let refusal {
      return [Notice(.warning, "changes since the last run are not known: \(refusal)")]
    }
    if mode != nil && directory == nil {
      return [
        Notice(
          .info,
          "nothing is known of the last run, so that all findings are logged as new; "
            + "--state DIR keeps them")
      ]
    }
    return []
  }

  /// Logs what has changed, if that was asked for, and keeps what the next run needs; false where that
  /// failed, which is said on standard error.
  ///
  /// The summary is logged last: it also tells whether the next run will know of this one.
  func end(_ outcome: AuditRun.Outcome, atLeast severity: Severity) -> Bool {
    let changes = outcome.report.changes(since: last ?? RunState())
    var problems: [String] = []
    if let refusal {
      problems.append("what the last run left cannot be used, so that all is new: \(refusal)")
    }
    var logged: (entries: JournalEntries, journal: SystemJournal)?
    var isDelivered = true
    if let mode {
      do throws(OutputError) {
        let journal = try SystemJournal()
        let entries = JournalEntries(
          outcome.report, changes,
          mode: mode.mode ?? outcome.configuration.journal ?? .transitions, atLeast: severity,
          run: Self.newID())
        try JournalDelivery.send(entries.entries, to: journal)
        logged = (entries, journal)
      } catch {
        printError("sockwise: \(error)")
        isDelivered = false
      }
    }
    do throws(OutputError) {
      try keep(logged?.entries.state, outcome.counters)
    } catch {
      printError("sockwise: \(error)")
      isDelivered = false
      if !isUnread {
        problems.append("the next run will not know what this one has logged: \(error)")
      }
    }
    guard let (entries, journal) = logged else { return isDelivered }
    do throws(OutputError) {
      try JournalDelivery.send([entries.summary(problems)], to: journal)
    } catch {
      printError("sockwise: \(error)")
      isDelivered = false
    }
    return isDelivered
  }

  /// Keeps what was told, and the counters, for the next run.
  ///
  /// - Parameter told: nil for nothing; what nobody was told is new at the next run, too.
  private func keep(_ told: RunState?, _ counters: CounterSample?) throws(OutputError) {
    guard let directory, let last else { return }
    if isUnread, let refusal { throw OutputError(refusal) }
    var state = told ?? last
    if !keepsCounters(of: last, isUntold: mode != nil && told == nil, counters) {
      state.counters = counters.map(RunState.Counters.init)
    }
    try directory.write(state)
  }

  /// Whether the next run asks what has grown since the last one, and not since this one: which did not
  /// ask, as it came too soon, or could not tell.
  private func keepsCounters(of last: RunState, isUntold: Bool, _ counters: CounterSample?) -> Bool
  {
    guard let earlier = last.counters.map(CounterSample.init) else { return false }
    guard let counters else { return true }
    return earlier.precedes(counters) && (isUntold || earlier.isYoung(at: counters))
  }

  /// 128 bits in hexadecimal.
  private static func newID() -> String {
    let digits = String(UInt128.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 32 - digits.utf8.count) + digits
  }
}

extension CounterSample {
  init(_ counters: RunState.Counters) {
    self.init(
      bootID: counters.bootID, namespace: counters.namespace, seconds: counters.seconds,
      counters: counters.values,
      udpDrops: counters.udpDrops.map {
        UDPDropSample(hasCookies: $0.hasCookies, sockets: $0.sockets)
      })
  }
}

extension RunState.Counters {
  init(_ sample: CounterSample) {
    self.init(
      bootID: sample.bootID, namespace: sample.namespace, seconds: sample.seconds,
      values: sample.counters,
      udpDrops: sample.udpDrops.map {
        RunState.UDPDrops(hasCookies: $0.hasCookies, sockets: $0.sockets)
      })
  }
}
