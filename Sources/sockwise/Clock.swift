import Glibc
import Rules

/// The two clocks that a report needs.
enum Clock {
  /// Now, as ISO 8601 in UTC to the second.
  static func utcNow() -> String {
    var seconds = time(nil)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&seconds, &parts) != nil else { return "" }
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (year, month, day) = unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday)
    let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
    return "\(Int(year) + 1900)-\(two(month + 1))-\(two(day))"
      + "T\(two(hour)):\(two(minute)):\(two(second))Z"
  }

  /// Today in UTC; the last day that there is where the clock cannot tell, so that nothing holds
  /// that has an end.
  static func today() -> Day { Day(String(utcNow().prefix(10))) ?? Day.last }

  /// Seconds on a clock that never jumps.
  static func monotonic() -> Double {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }
}
