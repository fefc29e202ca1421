import Glibc
import HostFacts
import Reports
import Synchronization

/// Entries on their way to journald.
///
/// sd_journal_sendv(3) waits for ever where journald runs and reads nothing, so it is called on a
/// thread that is left behind when it takes too long.
enum JournalDelivery {
  /// Seconds for all entries together; journald takes a thousand in less than one.
  private static let patience = 10.0

  static func send(_ entries: [JournalEntry], to journal: SystemJournal) throws(OutputError) {
    // The thread closes its end when it has sent all, or failed.
    var ends: [CInt] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw refused("pipe", errno) }
    let (reader, writer) = (ends[0], ends[1])
    defer { close(reader) }
    let outcome = Outcome()
    let status = startDetachedThread {
      let result = Result { () throws(OutputError) in
        for entry in entries { try journal.send(entry) }
      }
      outcome.result.withLock { $0 = result }
      close(writer)
    }
    guard status == 0 else {
      close(writer)
      throw refused("thread", status)
    }
    let end = Clock.monotonic() + patience
    repeat {
      var wait = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
      let milliseconds = CInt(max(0, (end - Clock.monotonic()) * 1000))
      // Less than 0 where a signal came.
      if unsafe poll(&wait, 1, milliseconds) > 0 { break }
    } while Clock.monotonic() < end
    guard let result = outcome.result.withLock({ $0 }) else {
      throw OutputError("not logged: journald takes no entries; gave up after 10 s")
    }
    try result.get()
  }

  /// What the thread leaves.
  private final class Outcome: Sendable {
    let result = Mutex<Result<Void, OutputError>?>(nil)
  }

  private static func refused(_ what: String, _ number: CInt) -> OutputError {
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return OutputError("not logged: the system refuses another \(what): \(reason)")
  }
}
