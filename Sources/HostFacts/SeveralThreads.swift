internal import CLinuxShims
internal import Synchronization

/// Runs `body` on this thread and on others besides, and gives what each of them made of it, this
/// one's first.
///
/// They are as many as this thread may use processors, `most` at most, and fewer where the system
/// refuses threads.
func onSeveralThreads<Result: Sendable>(
  most: Int, _ body: @escaping @Sendable () -> Result
) -> [Result] {
  let results = Collected<Result>()
  let ended = Semaphore(0)
  // -1 where that is not told: no others.
  let wanted = min(most, Int(sockwise_usable_processors())) - 1
  var others = 0
  while others < wanted {
    let status = startDetachedThread {
      results.append(body())
      ended.signal()
    }
    if status != 0 { break }
    others += 1
  }
  let own = body()
  for _ in 0..<others { ended.wait() }
  return [own] + results.all
}

private final class Collected<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  var all: [Element] { elements.withLock { $0 } }

  func append(_ element: Element) { elements.withLock { $0.append(element) } }
}
