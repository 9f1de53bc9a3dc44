namespace LusPipeline.UnitTests.Dicom;

/// <summary>Writes a frame in JPEG-LS, as plain as the standard (ITU-T T.87, annex A) and in its names. All parameters stand in the frame.</summary>
internal sealed class JpegLsWriter
{
    private static readonly int[] J = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    private readonly CodeWriter _code = new(stuffsBits: true);
    private readonly Form _form;
    private readonly int _range;
    private readonly int _qbpp;
    private readonly int _limit;
    private readonly int[] _a = new int[367];
    private readonly int[] _b = new int[367];
    private readonly int[] _c = new int[367];
    private readonly int[] _n = new int[367];
    private readonly int[] _run;
    private readonly ushort[] _frame;
    private readonly ushort[] _decoded;

    private JpegLsWriter(Form form, ushort[] frame)
    {
        (_form, _frame, _decoded, _run) = (form, frame, new ushort[frame.Length], new int[form.Components]);
        _range = ((form.Most + (2 * form.Near)) / form.Step) + 1;
        _qbpp = Bits(_range);
        var bits = Math.Max(2, Bits(form.Most + 1));
        _limit = 2 * (bits + Math.Max(8, bits));
        Array.Fill(_a, Math.Max(2, (_range + 32) / 64));
        Array.Fill(_n, 1);
    }

    /// <param name="frame">Samples, pixel by pixel.</param>
    /// <param name="decoded">What is to be decoded: the same if <see cref="Form.Near"/> is 0.</param>
    public static byte[] Code(Form form, ushort[] frame, out ushort[] decoded)
    {
        var writer = new JpegLsWriter(form, frame);
        writer.Write();
        decoded = writer._decoded;
        return writer._code.Bytes();
    }

    private void Write()
    {
        var (width, height, components) = (_form.Width, _form.Height, (byte)_form.Components);
        var all = Enumerable.Range(0, components).Select(component => (byte)component).ToArray();
        _code.Raw([0xFF, 0xD8, 0xFF, 0xF7, 0, (byte)(8 + (components * 3)), (byte)_form.Bits, 0, (byte)height, 0, (byte)width, components, .. all.SelectMany(name => new byte[] { name, 0x11, 0 })]);
        _code.Raw([0xFF, 0xF8, 0, 13, 1, .. new[] { _form.Most, _form.T1, _form.T2, _form.T3, _form.Reset }.SelectMany(number => new[] { (byte)(number >> 8), (byte)number })]);
        _code.Raw([0xFF, 0xDA, 0, (byte)(6 + (components * 2)), components, .. all.SelectMany(name => new byte[] { name, 0 }), (byte)_form.Near, (byte)(components == 1 ? 0 : _form.BySamples ? 2 : 1), 0]);
        for (var y = 0; y < height; y++)
        {
            if (_form.BySamples)
                Line(y, Enumerable.Range(0, components).ToArray());
            else
            {
                for (var component = 0; component < components; component++)
                    Line(y, [component]);
            }
        }
        _code.Align();
        _code.Raw(0xFF, 0xD9);
    }

    private void Line(int y, int[] components)
    {
        for (var x = 0; x < _form.Width; x++)
        {
            if (!Array.TrueForAll(components, component => Context(x, y, component) == 0))
            {
                foreach (var component in components)
                    Regular(x, y, component);
                continue;
            }
            var length = 0;
            for (; x < _form.Width && Array.TrueForAll(components, component => Math.Abs(Sample(x, y, component) - Before(x - length, y, component)) <= _form.Near); x++, length++)
            {
                foreach (var component in components)
                    Decoded(x, y, component) = (ushort)Before(x - length, y, component);
            }
            ref var run = ref _run[components[0]];
            for (; length >= 1 << J[run]; run = Math.Min(run + 1, 31))
            {
                _code.Put(1, 1);
                length -= 1 << J[run];
            }
            if (x == _form.Width)
            {
                if (length > 0)
                    _code.Put(1, 1);
                return;
            }
            _code.Put(0, 1);
            _code.Put(length, J[run]);
            foreach (var component in components)
                RunEnd(x, y, component, components.Length > 1, J[run]);
            run = Math.Max(run - 1, 0);
        }
    }

    private void Regular(int x, int y, int component)
    {
        var (ra, rb, rc) = (Before(x, y, component), Above(x, y, component), AboveBefore(x, y, component));
        var q = Context(x, y, component);
        var sign = q < 0 ? -1 : 1;
        q *= sign;
        var px = rc >= Math.Max(ra, rb) ? Math.Min(ra, rb) : rc <= Math.Min(ra, rb) ? Math.Max(ra, rb) : ra + rb - rc;
        px = Math.Clamp(px + (sign * _c[q]), 0, _form.Most);
        var error = Quantized(sign * (Sample(x, y, component) - px));
        Decoded(x, y, component) = (ushort)Math.Clamp(px + (sign * error * _form.Step), 0, _form.Most);
        error = Reduced(error);
        var k = 0;
        while (_n[q] << k < _a[q])
            k++;
        if (_form.Near == 0 && k == 0 && 2 * _b[q] <= -_n[q])
            Golomb(error >= 0 ? (2 * error) + 1 : -2 * (error + 1), k, _limit);
        else
            Golomb(error >= 0 ? 2 * error : (-2 * error) - 1, k, _limit);
        _b[q] += error * _form.Step;
        _a[q] += Math.Abs(error);
        if (_n[q] == _form.Reset)
            (_a[q], _b[q], _n[q]) = (_a[q] >> 1, _b[q] >> 1, _n[q] >> 1);
        _n[q]++;
        if (_b[q] <= -_n[q])
        {
            _b[q] = Math.Max(_b[q] + _n[q], 1 - _n[q]);
            _c[q] = Math.Max(_c[q] - 1, -128);
        }
        else if (_b[q] > 0)
        {
            _b[q] = Math.Min(_b[q] - _n[q], 0);
            _c[q] = Math.Min(_c[q] + 1, 127);
        }
    }

    private void RunEnd(int x, int y, int component, bool ofAll, int j)
    {
        var (ra, rb) = (Before(x, y, component), Above(x, y, component));
        var type = !ofAll && Math.Abs(ra - rb) <= _form.Near ? 1 : 0;
        var px = type == 1 ? ra : rb;
        var sign = type == 0 && ra > rb ? -1 : 1;
        var error = Quantized(sign * (Sample(x, y, component) - px));
        Decoded(x, y, component) = (ushort)Math.Clamp(px + (sign * error * _form.Step), 0, _form.Most);
        error = Reduced(error);
        var q = 365 + type;
        var k = 0;
        while (_n[q] << k < _a[q] + (type * (_n[q] >> 1)))
            k++;
        // B counts negative errors here.
        var map = (k == 0 && error > 0 && 2 * _b[q] < _n[q]) || (error < 0 && (2 * _b[q] >= _n[q] || k != 0)) ? 1 : 0;
        var mapped = (2 * Math.Abs(error)) - type - map;
        Golomb(mapped, k, _limit - j - 1);
        if (error < 0)
            _b[q]++;
        _a[q] += (mapped + 1 - type) >> 1;
        if (_n[q] == _form.Reset)
            (_a[q], _b[q], _n[q]) = (_a[q] >> 1, _b[q] >> 1, _n[q] >> 1);
        _n[q]++;
    }

    private void Golomb(int value, int k, int limit)
    {
        var most = limit - _qbpp - 1;
        var zeros = Math.Min(value >> k, most);
        for (var zero = 0; zero < zeros; zero++)
            _code.Put(0, 1);
        _code.Put(1, 1);
        if (zeros < most)
            _code.Put(value, k);
        else
            _code.Put(value - 1, _qbpp);
    }

    private int Context(int x, int y, int component)
    {
        var (ra, rb, rc, rd) = (Before(x, y, component), Above(x, y, component), AboveBefore(x, y, component), Above(Math.Min(x + 1, _form.Width - 1), y, component));
        return (Class(rd - rb) * 81) + (Class(rb - rc) * 9) + Class(rc - ra);
    }

    private int Class(int gradient)
    {
        var size = Math.Abs(gradient);
        return Math.Sign(gradient) * (size <= _form.Near ? 0 : size < _form.T1 ? 1 : size < _form.T2 ? 2 : size < _form.T3 ? 3 : 4);
    }

    private int Quantized(int error) => error > 0 ? (error + _form.Near) / _form.Step : -((_form.Near - error) / _form.Step);

    private int Reduced(int error)
    {
        if (error < 0)
            error += _range;
        return error >= (_range + 1) / 2 ? error - _range : error;
    }

    private int Sample(int x, int y, int component) => _frame[(((y * _form.Width) + x) * _form.Components) + component];

    private ref ushort Decoded(int x, int y, int component) => ref _decoded[(((y * _form.Width) + x) * _form.Components) + component];

    private int Above(int x, int y, int component) => y == 0 ? 0 : Decoded(x, y - 1, component);

    private int Before(int x, int y, int component) => x == 0 ? Above(0, y, component) : Decoded(x - 1, y, component);

    private int AboveBefore(int x, int y, int component) => x > 0 ? Above(x - 1, y, component) : y < 2 ? 0 : Decoded(0, y - 2, component);

    private static int Bits(int values)
    {
        var bits = 0;
        while (1 << bits < values)
            bits++;
        return bits;
    }

    /// <param name="Most">MAXVAL.</param>
    /// <param name="BySamples">Whether components come pixel by pixel, not line by line.</param>
    public sealed record Form(int Width, int Height, int Components, int Bits, int Most, int Near, int T1, int T2, int T3, int Reset, bool BySamples)
    {
        public int Step => (2 * Near) + 1;
    }
}
