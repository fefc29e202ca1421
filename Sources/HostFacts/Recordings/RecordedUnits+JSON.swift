internal import JSON

extension RecordedUnits: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    version = try json.member("systemd_version")
    directories = try json.member("directories")
    files = try json.member("files")
    links = try json.member("links")
    activity = try json.member("activity")
    activityGap = try json.member("activity_gap")
    takers = try json.member("takers")
    gap = try json.member("gap")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("systemd_version", version)
      writer.member("directories", directories)
      writer.member("files", files)
      writer.member("links", links)
      writer.member("activity", activity)
      writer.member("activity_gap", activityGap)
      writer.member("takers", takers)
      writer.member("gap", gap)
    }
  }
}

extension RecordedUnits.Directory: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    path = try json.member("path")
    entries = try json.member("entries")
    gap = try json.member("gap")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("path", path)
      writer.member("entries", entries)
      writer.member("gap", gap)
    }
  }
}

extension UnitDirectoryEntry: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    name = try json.member("name")
    let kind: String = try json.member("kind")
    self.kind = Kind(rawValue: kind) ?? .other
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("name", name)
      writer.member("kind", kind.rawValue)
    }
  }
}

extension RecordedUnits.File: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    path = try json.member("path")
    text = try json.member("text")
    gap = try json.member("gap")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("path", path)
      writer.member("text", text)
      writer.member("gap", gap)
    }
  }
}

extension RecordedUnits.Link: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    path = try json.member("path")
    target = try json.member("target")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("path", path)
      writer.member("target", target)
    }
  }
}

extension RecordedUnits.Activity: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    unit = try json.member("unit")
    isActive = try json.member("active")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("unit", unit)
      writer.member("active", isActive)
    }
  }
}

extension RecordedUnits.Takers: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    unit = try json.member("unit")
    takers = try json.member("takers")
    gap = try json.member("gap")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("unit", unit)
      writer.member("takers", takers)
      writer.member("gap", gap)
    }
  }
}

extension PortTaker: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    wanted = try json.member("wanted")
    address = try json.member("address")
    port = try json.member("port")
    state = try json.member("state")
    remoteAddress = (try json.member("remote_address") as RecordedReading<String>).reading
    remotePort = (try json.member("remote_port") as RecordedReading<Int>).reading
    process = (try json.member("process") as RecordedReading<String>).reading
    pid = (try json.member("pid") as RecordedReading<Int>).reading
    unit = (try json.member("unit") as RecordedReading<String>).reading
    origin = (try json.member("origin") as RecordedOrigin).origin
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("wanted", wanted)
      writer.member("address", address)
      writer.member("port", port)
      writer.member("state", state)
      writer.member("remote_address", RecordedReading(remoteAddress))
      writer.member("remote_port", RecordedReading(remotePort))
      writer.member("process", RecordedReading(process))
      writer.member("pid", RecordedReading(pid))
      writer.member("unit", RecordedReading(unit))
      writer.member("origin", RecordedOrigin(origin))
    }
  }
}
