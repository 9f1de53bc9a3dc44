using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Data;

/// <summary>One clip with its label. Several clips may come from one video, and several videos from one patient.</summary>
/// <param name="Video">The name of the video.</param>
/// <param name="Patient">The patient, or another group whose clips belong on one side of a fold.</param>
/// <param name="Label">What the clip shows.</param>
public sealed record LabelledClip(string Video, string Patient, Diagnosis Label)
{
    /// <summary>Whether it is a further clip of its video, which is only trained on. Nothing is measured on it.</summary>
    public bool OnlyForTraining { get; init; }

    /// <summary>sha256 of the video's file, in hex digits; null if it is not known.</summary>
    public string? Content { get; init; }
}

/// <summary>Clips with their features and labels, in one order.</summary>
/// <param name="Clips">N clips.</param>
/// <param name="Frames">T, the number of frames of a clip.</param>
/// <param name="Width">D, the number of values of a frame.</param>
/// <param name="Values">N × T × D values, all finite, clip by clip and frame by frame.</param>
public sealed record LabelledClips(IReadOnlyList<LabelledClip> Clips, int Frames, int Width, ReadOnlyMemory<float> Values)
{
    /// <summary>The features of one clip: T × D values.</summary>
    public ReadOnlyMemory<float> this[int clip] => Values.Slice(clip * Frames * Width, Frames * Width);

    /// <summary>Copies some of the clips, in the order of their numbers here.</summary>
    public LabelledClips Select(IReadOnlyList<int> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        var length = Frames * Width;
        var values = new float[(long)numbers.Count * length];
        for (var clip = 0; clip < numbers.Count; clip++)
            this[numbers[clip]].CopyTo(values.AsMemory(clip * length, length));
        return this with { Clips = [.. numbers.Select(number => Clips[number])], Values = values };
    }

    /// <summary>These clips, and behind them others of the same shape.</summary>
    public LabelledClips With(LabelledClips others)
    {
        ArgumentNullException.ThrowIfNull(others);
        var values = new float[Values.Length + others.Values.Length];
        Values.CopyTo(values);
        others.Values.CopyTo(values.AsMemory(Values.Length));
        return this with { Clips = [.. Clips, .. others.Clips], Values = values };
    }

    /// <summary>Copies some columns of every frame, for example those of one layer of the backbone.</summary>
    /// <param name="first">The first column, from 0.</param>
    /// <param name="width">How many.</param>
    /// <exception cref="TrainingDataException">The clips have fewer columns.</exception>
    public LabelledClips Columns(int first, int width)
    {
        if (first < 0 || width < 1 || first > Width - width)
            throw new TrainingDataException($"The columns {first} to {first + (long)width - 1} cannot be taken of features with the columns 0 to {Width - 1}. Give other --columns.");
        if (width == Width)
            return this;
        var values = new float[(long)Clips.Count * Frames * width];
        for (var row = 0; row < Clips.Count * Frames; row++)
            Values.Span.Slice((row * Width) + first, width).CopyTo(values.AsSpan(row * width));
        return this with { Width = width, Values = values };
    }
}
