namespace LusPipeline.Cli.Demo;

/// <summary>
/// Draws the frames of one phantom: chest wall, ribs, a pleural line that breathes and slides, and below it the pattern of <see cref="PhantomKind"/>. It
/// imitates an image's appearance, not the physics behind it. It contains no patient's data.
/// </summary>
internal sealed class Phantom
{
    private const int Lines = 144;
    private const int Samples = 320;
    private const float BreathSeconds = 3.6f;

    private readonly PhantomVideo _video;
    private readonly ConvexSector _sector;
    private readonly SpeckleField _wall;
    private readonly SpeckleField _lung;
    private readonly Ripple _pleuraShape;
    private readonly Ripple _pleuraGaps;
    private readonly Ripple _layers;
    private readonly Ripple _border;
    private readonly Ripple _rays;
    private readonly float _pleuraDepth;
    private readonly float _ribs;
    private readonly float _center;
    private readonly float _phase;
    private readonly (float Across, float Width, float Strength, float Phase)[] _bLines;
    private readonly (float Across, float Depth, float Length, float Slope, float Strength)[] _bronchograms;
    private readonly float[] _echoes = new float[Lines * Samples];
    private readonly float[] _wallSpeckle = new float[Samples];
    private readonly float[] _lungSpeckle = new float[Samples];

    public Phantom(PhantomVideo video)
    {
        _video = video;
        var random = new Random(video.Seed);
        _sector = new ConvexSector(video.Width, video.Height, Lines, Samples);
        _wall = new SpeckleField(random, Lines + 16, Samples);
        _lung = new SpeckleField(random, Lines + 16, Samples);
        _pleuraShape = new Ripple(random, 1.2f);
        _pleuraGaps = new Ripple(random, 4f);
        _layers = new Ripple(random, 0.8f);
        _border = new Ripple(random, 5f);
        _rays = new Ripple(random, 9f);
        _pleuraDepth = Between(random, 0.22f, 0.27f);
        _ribs = Between(random, 0.78f, 0.95f);
        _center = Between(random, -0.25f, 0.25f);
        _phase = Between(random, 0, 2 * MathF.PI);
        _bLines = [.. Enumerable.Range(0, 3 + random.Next(3)).Select(_ => (
            Between(random, -0.75f, 0.75f),
            Between(random, 0.025f, 0.11f),
            Between(random, 0.25f, 0.75f),
            Between(random, 0, 2 * MathF.PI)))];
        _bronchograms = [.. Enumerable.Range(0, 9).Select(_ => (
            Between(random, -0.36f, 0.36f),
            Between(random, 0.04f, 0.22f),
            Between(random, 0.02f, 0.08f),
            Between(random, -0.3f, 0.3f),
            Between(random, 0.4f, 0.9f)))];
    }

    /// <param name="frame">Number of the frame, from 0.</param>
    /// <param name="image">Width · height gray pixels, row after row.</param>
    public void Draw(int frame, Span<byte> image)
    {
        var seconds = (float)frame / _video.FramesPerSecond;
        var breath = MathF.Sin((2 * MathF.PI * seconds / BreathSeconds) + _phase);
        for (var line = 0; line < Lines; line++)
        {
            var across = ((2f * line) / (Lines - 1)) - 1;
            _wall.Line(line, 0.05f * breath, _wallSpeckle);
            // The lung slides along the chest wall with the breath.
            _lung.Line(line + (5f * breath), 0.6f * seconds, _lungSpeckle);
            DrawLine(across, breath, _echoes.AsSpan(line * Samples, Samples));
        }
        _sector.Draw(_echoes, image);
        DrawRuler(image);
    }

    private static float Between(Random random, float low, float high) => low + ((high - low) * random.NextSingle());

    private static float Bell(float distance, float width)
    {
        var ratio = distance / width;
        return ratio is > 3.5f or < -3.5f ? 0 : MathF.Exp(-ratio * ratio);
    }

    private void DrawLine(float across, float breath, Span<float> line)
    {
        var slid = across + (0.035f * breath);
        var ragged = _video.Kind == PhantomKind.ALines ? 0.25f : 1f;
        var pleura = _pleuraDepth + (0.012f * breath) + (0.012f * _pleuraShape.At(across)) + (0.006f * ragged * _border.At(slid));
        var thickness = _video.Kind == PhantomKind.ALines ? 0.0075f : 0.011f;
        var pleuraEcho = 1.5f - (0.9f * ragged * Math.Max(0, _pleuraGaps.At(slid)));
        if (_video.Kind == PhantomKind.Consolidation)
            pleuraEcho *= 1 - (0.55f * Bell(slid - _center, 0.4f));
        var rib = Bell(MathF.Abs(across) - _ribs, 0.13f);
        var edge = 1 - MathF.Pow(MathF.Abs(across), 10);
        var wave = 0.012f * _layers.At(across);
        for (var s = 0; s < Samples; s++)
        {
            var depth = (float)s / (Samples - 1);
            float echo;
            if (depth < pleura)
                echo = Wall(depth - wave, pleura) * (0.3f + (0.7f * _wallSpeckle[s]));
            else
                echo = Lung(depth, pleura, slid) * (0.3f + (0.7f * _lungSpeckle[s]));
            echo += pleuraEcho * Bell(depth - pleura, thickness) * (0.75f + (0.25f * _lungSpeckle[s]));
            // A rib: a bright arc, and the shadow below it.
            var ribDepth = (0.6f * pleura) + (1.6f * (MathF.Abs(across) - _ribs) * (MathF.Abs(across) - _ribs));
            if (depth > ribDepth)
                echo *= 1 - (0.93f * rib * Math.Min(1, (depth - ribDepth) / 0.03f));
            echo += 0.9f * rib * Bell(depth - ribDepth, 0.012f) * _wallSpeckle[s];
            // Compress the brightness, as a scanner does.
            line[s] = Math.Min(1f, 0.72f * MathF.Sqrt(Math.Max(0, echo)) * edge);
        }
    }

    /// <summary>Brightness of skin, fat and muscle, and of the fasciae between them.</summary>
    private static float Wall(float depth, float pleura)
    {
        var part = depth / pleura;
        var tissue = part < 0.42f ? 0.16f : 0.27f + (0.1f * MathF.Sin(part * 62));
        return tissue
            + (0.9f * Bell(part - 0.03f, 0.05f))
            + (0.55f * Bell(part - 0.42f, 0.028f))
            + (0.4f * Bell(part - 0.24f, 0.016f))
            + (0.6f * Bell(part - 0.84f, 0.024f));
    }

    private float Lung(float depth, float pleura, float slid)
    {
        var below = depth - pleura;
        return _video.Kind switch
        {
            PhantomKind.ALines => Air(depth, pleura, 1f),
            PhantomKind.BLines => Air(depth, pleura, 0.06f) + Rays(below, slid),
            _ => Consolidated(depth, pleura, slid),
        };
    }

    /// <summary>Brightness below an aerated lung's surface: noise that fades with depth, and echoes of the pleura at multiples of its depth.</summary>
    private float Air(float depth, float pleura, float repeats)
    {
        var echo = 0.12f * MathF.Exp(-2.6f * (depth - pleura));
        var strength = 0.5f * repeats;
        for (var multiple = 2; multiple <= 4; multiple++, strength *= 0.5f)
        {
            var repeated = pleura + ((multiple - 1) * _pleuraDepth);
            echo += strength * Bell(depth - repeated, 0.006f + (0.004f * multiple));
        }
        return echo;
    }

    private float Rays(float below, float slid)
    {
        float echo = 0;
        foreach (var (across, width, strength, rayPhase) in _bLines)
        {
            var widened = width * (1 + (0.7f * below));
            var shimmer = 0.85f + (0.15f * MathF.Sin((40 * below) + rayPhase));
            echo += strength * shimmer * (0.9f - (0.5f * below)) * ((0.75f * Bell(slid - across, widened)) + (0.25f * Bell(slid - across, 3 * widened)));
        }
        return echo;
    }

    private float Consolidated(float depth, float pleura, float slid)
    {
        var beside = (slid - _center) / 0.62f;
        var air = Air(depth, pleura, 0.3f);
        if (beside is < -1 or > 1)
            return air;
        var below = depth - pleura;
        var round = 1 - (beside * beside);
        var deep = 0.36f * round * (1 + (0.16f * _border.At(slid)));
        var rim = 0.5f * round * Bell(below - deep, 0.012f);
        if (below > deep)
        {
            var ray = Math.Max(0, 0.35f + _rays.At(slid));
            return air + rim + (0.42f * round * ray * MathF.Exp(-2.6f * (below - deep)));
        }
        var tissue = 0.2f + (0.04f * MathF.Sin((26 * below) + (9 * slid)));
        foreach (var (across, at, length, slope, strength) in _bronchograms)
        {
            var along = slid - _center - across;
            tissue += strength * Bell(along, length) * Bell(below - at - (slope * along), 0.007f);
        }
        return tissue + rim;
    }

    /// <summary>Draws the depth scale at the right edge, as scanners do.</summary>
    private void DrawRuler(Span<byte> image)
    {
        for (var tick = 0; tick <= 10; tick++)
        {
            var y = (int)(_video.Height * (0.04f + (0.092f * tick)));
            var length = Math.Max(2, _video.Width / (tick % 5 == 0 ? 50 : 100));
            image.Slice(((y + 1) * _video.Width) - length - 2, length).Fill(150);
        }
    }
}
