import HostFacts
import Reports

/// Entries on their way to journald.
///
/// sd_journal_sendv(3) waits for ever where journald runs and reads nothing, so it is called on a
/// thread that is left behind when it takes too long.
enum JournalDelivery {
  /// Seconds for all entries together; journald takes a thousand in less than one.
  private static let patience = 10

  static func send(_ entries: [JournalEntry], to journal: SystemJournal) throws(OutputError) {
    let sending = HostSource {
      Result { () throws(OutputError) in for entry in entries { try journal.send(entry) } }
    }
    switch sending.answer(by: .after(.seconds(patience))) {
    case .success(let result): try result.get()
    case .failure(let why): throw OutputError("not logged: \(why.reason)")
    case nil:
      throw OutputError("not logged: journald takes no entries; gave up after \(patience) s")
    }
  }
}
