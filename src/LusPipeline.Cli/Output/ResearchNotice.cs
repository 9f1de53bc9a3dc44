namespace LusPipeline.Cli.Output;

internal static class ResearchNotice
{
    public const string Text = "Research use only: not a medical device.";
}
