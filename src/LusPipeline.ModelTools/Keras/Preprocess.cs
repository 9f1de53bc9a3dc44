namespace LusPipeline.ModelTools.Keras;

/// <summary>How an architecture wants its RGB frames of 0 … 255 (Keras: <c>imagenet_utils.preprocess_input</c>).</summary>
public enum Preprocess
{
    /// <summary>As they are.</summary>
    None,

    /// <summary>x/127.5 − 1.</summary>
    Tf,

    /// <summary>BGR, minus ImageNet's means 103.939, 116.779, 123.68.</summary>
    Caffe,

    /// <summary>x/255, minus the means 0.485, 0.456, 0.406, over the standard deviations 0.229, 0.224, 0.225.</summary>
    Torch,
}
