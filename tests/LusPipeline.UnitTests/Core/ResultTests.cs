using LusPipeline.Core.Probabilities;

namespace LusPipeline.UnitTests.Core;

public sealed class ResultTests
{
    [Fact]
    public void A_result_is_the_mean_and_its_spread_the_deviation_of_the_winner()
    {
        var result = Result.Mean([new(0.5, 0.3, 0.2), new(0.9, 0.05, 0.05)], threshold: 0.6);

        Assert.Equal(Diagnosis.Covid, result.Diagnosis);
        Assert.Equal(0.7, result.Probabilities.Covid, 12);
        Assert.Equal(0.2, result.Spread, 12);
        Assert.False(result.Uncertain);
    }

    [Fact]
    public void One_part_has_no_spread() => Assert.Equal(0, Result.Mean([new(0.1, 0.8, 0.1)], 0.5).Spread);

    [Fact]
    public void A_highest_probability_below_the_threshold_is_uncertain()
    {
        Assert.True(Result.Mean([new(0.4, 0.35, 0.25)], 0.5).Uncertain);
        Assert.False(Result.Mean([new(0.5, 0.3, 0.2)], 0.5).Uncertain);
    }

    [Fact]
    public void Of_equal_classes_the_first_wins() => Assert.Equal(Diagnosis.Covid, new ClassProbabilities(0.4, 0.4, 0.2).Winner);

    [Theory]
    [InlineData(float.NaN, 0.5f, 0.5f)]
    [InlineData(-0.1f, 0.6f, 0.5f)]
    [InlineData(0.5f, 0.5f, 0.5f)]
    public void What_is_no_distribution_is_refused(float a, float b, float c) =>
        Assert.Throws<ArgumentException>(() => ClassProbabilities.From([a, b, c]));

    [Fact]
    public void Other_numbers_of_classes_are_refused() => Assert.Throws<ArgumentException>(() => ClassProbabilities.From([0.5f, 0.5f]));

    [Theory]
    [InlineData("cov", Diagnosis.Covid)]
    [InlineData("PNE", Diagnosis.Pneumonia)]
    [InlineData(" reg ", Diagnosis.Healthy)]
    [InlineData("healthy", Diagnosis.Healthy)]
    [InlineData("1", Diagnosis.Pneumonia)]
    public void Labels_of_the_datasets_are_read(string text, Diagnosis diagnosis) => Assert.Equal(diagnosis, DiagnosisNames.Parse(text));

    [Fact]
    public void Other_words_are_no_label() => Assert.Null(DiagnosisNames.Parse("covfefe"));
}
