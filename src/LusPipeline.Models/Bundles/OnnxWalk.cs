namespace LusPipeline.Models.Bundles;

/// <summary>Walks the messages of an ONNX model that can contain tensors. The field numbers are those of onnx.proto (ONNX 1.18).</summary>
internal sealed class OnnxWalk(Stream stream)
{
    private const int MaxDepth = 32;
    private const int MaxDomainBytes = 1024;
    private const int MaxNameBytes = 1 << 16;
    private const string ElsewhereFault = "it keeps weights in other files (external data); save it as one file";
    private readonly ProtobufWire _wire = new(stream);
    private readonly PaddedMaxima _paddedMaxima = new();
    private long _float32Bytes, _float16Bytes, _int8Bytes;
    private int _depth;

    public int? Opset { get; private set; }

    public string Weights =>
        _int8Bytes > Math.Max(_float32Bytes, _float16Bytes) ? "int8"
        : _float16Bytes > _float32Bytes ? "float16"
        : "float32";

    /// <inheritdoc cref="OnnxFacts.HasPaddedMaxima"/>
    public bool HasPaddedMaxima => _paddedMaxima.Pads().Any();

    public void Model(long end) => Each(end, field =>
    {
        switch (field)
        {
            case 7: Message(Graph); break;
            case 8: Message(OperatorSet); break;
            case 20: throw new InvalidDataException("it holds training information; export it for inference");
            case 25: Message(Function); break;
            default: return false;
        }
        return true;
    });

    private void OperatorSet(long end)
    {
        var domain = "";
        long version = 0;
        Each(end, field =>
        {
            switch (field)
            {
                case 1: domain = _wire.Text(MaxDomainBytes); break;
                case 2: version = _wire.Number(); break;
                default: return false;
            }
            return true;
        });
        if (domain is not ("" or "ai.onnx" or "ai.onnx.ml" or "com.microsoft"))
            throw new InvalidDataException($"it uses operators of the domain '{domain}', which ONNX Runtime does not have");
        if (domain is "" or "ai.onnx")
            Opset = version is > 0 and < 1000 ? (int)version : throw new InvalidDataException($"it names the impossible opset {version}");
    }

    private void Graph(long end) => Each(end, field =>
    {
        switch (field)
        {
            case 1: Message(Node); break;
            case 5: Message(Tensor); break;
            case 15: Message(SparseTensor); break;
            default: return false;
        }
        return true;
    });

    private void Function(long end) => Each(end, field =>
    {
        switch (field)
        {
            case 7: Message(Node); break;
            case 11: Message(Attribute); break;
            default: return false;
        }
        return true;
    });

    private void Node(long end)
    {
        var operation = "";
        List<string> inputs = [], outputs = [];
        Each(end, field =>
        {
            switch (field)
            {
                case 1: inputs.Add(_wire.Text(MaxNameBytes)); break;
                case 2: outputs.Add(_wire.Text(MaxNameBytes)); break;
                case 4: operation = _wire.Text(MaxNameBytes); break;
                case 5: Message(Attribute); break;
                default: return false;
            }
            return true;
        });
        _paddedMaxima.Add(new(operation, inputs, outputs));
    }

    private void Attribute(long end) => Each(end, field =>
    {
        switch (field)
        {
            case 5 or 10: Message(Tensor); break;
            case 6 or 11: Message(Graph); break;
            case 22 or 23: Message(SparseTensor); break;
            default: return false;
        }
        return true;
    });

    private void SparseTensor(long end) => Each(end, field =>
    {
        if (field is not (1 or 2))
            return false;
        Message(Tensor);
        return true;
    });

    private void Tensor(long end)
    {
        var start = _wire.Position;
        var name = "";
        long type = 0;
        byte? onlyByte = null;
        Each(end, field =>
        {
            switch (field)
            {
                case 2: type = _wire.Number(); break;
                case 8: name = _wire.Text(MaxNameBytes); break;
                case 9: onlyByte = _wire.OnlyByte(); break;
                case 13: throw new InvalidDataException(ElsewhereFault);
                case 14 when _wire.Number() != 0: throw new InvalidDataException(ElsewhereFault);
                case 14: break;
                default: return false;
            }
            return true;
        });
        switch (type)
        {
            case 1: _float32Bytes += end - start; break;
            case 10: _float16Bytes += end - start; break;
            case 2 or 3: _int8Bytes += end - start; break;
        }
        if (type == 2 && onlyByte == 0)
            _paddedMaxima.AddZero(name);
    }

    private void Message(Action<long> read)
    {
        if (++_depth > MaxDepth)
            throw new InvalidDataException($"its graphs are nested more than {MaxDepth} deep");
        read(_wire.MessageEnd());
        _depth--;
    }

    /// <param name="end">Offset in the stream at which the message ends.</param>
    /// <param name="take">Reads the value of a field. It returns false to have the value skipped.</param>
    private void Each(long end, Func<int, bool> take)
    {
        while (_wire.Position < end)
        {
            var field = _wire.Field(end);
            if (!take(field))
                _wire.Skip();
        }
        if (_wire.Position != end)
            throw new InvalidDataException("it is not an ONNX model: a field runs over its message's end");
    }
}
