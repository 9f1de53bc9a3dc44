using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;

namespace LusPipeline.UnitTests.Training;

/// <summary>Clips whose class shows in the order of their frames: a bump that comes early, late or not at all, with noise.</summary>
internal static class MadeClips
{
    public const int Frames = 6;
    public const int Width = 10;

    public static LabelledClips Of(int count, int seed, int width = Width)
    {
        var random = new Random(seed);
        var values = new float[count * Frames * width];
        var clips = new LabelledClip[count];
        for (var clip = 0; clip < count; clip++)
        {
            var label = (Diagnosis)(clip % 3);
            clips[clip] = new($"video{clip}", $"patient{clip}", label);
            for (var frame = 0; frame < Frames; frame++)
            {
                var bump = label switch { Diagnosis.Covid => frame < 3 ? 1 : 0, Diagnosis.Pneumonia => frame >= 3 ? 1 : 0, _ => 0 };
                for (var feature = 0; feature < width; feature++)
                    values[(((clip * Frames) + frame) * width) + feature] = (float)(5 + feature + (bump * (feature % 2 == 0 ? 2 : -2)) + random.NextDouble() - 0.5);
            }
        }
        return new(clips, Frames, width, values);
    }
}
