extension CompactWriter {
  /// A constant: not an error, an unknown or a structure.
  package mutating func write(_ value: Value) throws {
    switch value {
    case .null: write(0)
    case .bool(let bool):
      write(1)
      write(bool)
    case .int(let int):
      write(2)
      write(int)
    case .uint(let uint):
      write(3)
      write(Int64(bitPattern: uint))
    case .double(let double):
      write(4)
      write(Int64(bitPattern: double.bitPattern))
    case .string(let string):
      write(5)
      write(string)
    case .bytes(let bytes):
      write(6)
      write(bytes) { $0.write(Int($1)) }
    case .duration(let duration):
      write(7)
      write(duration.components.seconds)
      write(duration.components.attoseconds)
    case .intSet(let set):
      write(8)
      write(set.ranges) {
        $0.write($1.lowerBound)
        $0.write($1.upperBound)
      }
    case .list(let list):
      write(9)
      try write(list) { try $0.write($1) }
    case .type(let type):
      write(10)
      write(type)
    case .map, .object, .error, .unknown:
      throw Unwritable(description: "a constant of type \(value.typeName) cannot be compiled")
    }
  }

  package mutating func write(_ type: Type) {
    switch type {
    case .bool: write(0)
    case .int: write(1)
    case .uint: write(2)
    case .double: write(3)
    case .string: write(4)
    case .bytes: write(5)
    case .null: write(6)
    case .duration: write(7)
    case .intSet: write(8)
    case .list(let element):
      write(9)
      write(element)
    case .map(let key, let value):
      write(10)
      write(key)
      write(value)
    case .object(let name):
      write(11)
      write(name)
    case .type(let type):
      write(12)
      write(type)
    case .dyn: write(13)
    case .parameter(let name):
      write(14)
      write(name)
    case .opaque(let name, let arguments):
      write(15)
      write(name)
      write(arguments) { $0.write($1) }
    case .error: write(16)
    }
  }
}

extension CompactReader {
  package mutating func value() throws -> Value {
    switch try int() {
    case 0: return .null
    case 1: return .bool(try bool())
    case 2: return .int(try int64())
    case 3: return .uint(UInt64(bitPattern: try int64()))
    case 4: return .double(Double(bitPattern: UInt64(bitPattern: try int64())))
    case 5: return .string(try string())
    case 6: return .bytes(try list { UInt8(truncatingIfNeeded: try $0.int()) })
    case 7:
      let seconds = try int64()
      return .duration(Duration(secondsComponent: seconds, attosecondsComponent: try int64()))
    case 8:
      let ranges = try list { reader in
        let low = try reader.int64()
        let high = try reader.int64()
        guard low <= high else { throw reader.malformed() }
        return low...high
      }
      return .intSet(IntegerSet(ranges))
    case 9: return .list(try list { try $0.value() })
    case 10: return .type(try type())
    default: throw malformed()
    }
  }

  package mutating func type() throws -> Type {
    switch try int() {
    case 0: return .bool
    case 1: return .int
    case 2: return .uint
    case 3: return .double
    case 4: return .string
    case 5: return .bytes
    case 6: return .null
    case 7: return .duration
    case 8: return .intSet
    case 9: return .list(try type())
    case 10:
      let key = try type()
      return .map(key, try type())
    case 11: return .object(try string())
    case 12: return .type(try type())
    case 13: return .dyn
    case 14: return .parameter(try string())
    case 15:
      let name = try string()
      return .opaque(name, try list { try $0.type() })
    case 16: return .error
    default: throw malformed()
    }
  }
}
